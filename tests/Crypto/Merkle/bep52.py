"""Prints, for every file of a directory, what libtorrent says of it in BEP 52 terms.

One line a file: name, length, pieces root in hex, the piece layer (1 MiB pieces) in hex or "-".
"""

import os
import sys

import libtorrent

directory = os.path.abspath(sys.argv[1])
storage = libtorrent.file_storage()
libtorrent.add_files(storage, directory)
torrent = libtorrent.create_torrent(storage, 1 << 20, libtorrent.create_torrent.v2_only)
libtorrent.set_piece_hashes(torrent, os.path.dirname(directory))
entry = torrent.generate()
layers = entry[b"piece layers"]
for name, node in entry[b"info"][b"file tree"].items():
    file = node[b""]
    root = file.get(b"pieces root", b"")
    layer = layers.get(root, b"")
    print(name.decode(), file[b"length"], root.hex() or "-", layer.hex() or "-")
