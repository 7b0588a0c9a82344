"""Counts the calls of a program by which something lasts, or is taken away.

count OUT PROGRAM...      writes a line "CALL COUNT" for each once it has ended
kill CALL N OUT PROGRAM.. kills it in place of its Nth such call, and makes OUT

All threads are counted together. A filter (seccomp(2)) stops the program at these calls only, so
that it is hardly slower. It keeps the process that was started; who counts is no child of it.
"""

import ctypes
import os
import platform
import signal
import struct
import sys

CALLS = {
    "pwrite64": 18,
    "fsync": 74,
    "fdatasync": 75,
    "ftruncate": 77,
    "rename": 82,
    "unlink": 87,
    "mkdirat": 258,
    "unlinkat": 263,
    "fallocate": 285,
    "syncfs": 306,
    "renameat2": 316,
}
NAMES = {number: name for name, number in CALLS.items()}

# ptrace(2)
CONT, GETEVENTMSG, SEIZE, LISTEN = 7, 0x4201, 0x4206, 0x4208
OPTIONS = 0x02 | 0x04 | 0x08 | 0x80  # fork, vfork, clone, seccomp
EVENT_SECCOMP, EVENT_STOP = 7, 128
WALL = 0x40000000

# prctl(2), seccomp(2): each instruction is code, jump if true, if false, operand.
NO_NEW_PRIVS, SET_SECCOMP, MODE_FILTER = 38, 22, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
TRACE, ALLOW = 0x7FF00000, 0x7FFF0000

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def resume(request, tid, signal_number=0):
    # It may have been killed since it stopped.
    libc.ptrace(request, tid, None, signal_number)


def filter_calls():
    program = [(LOAD, 0, 0, 0)]
    for number in CALLS.values():
        program += [(EQUAL, 0, 1, number), (RETURN, 0, 0, TRACE | number)]
    program.append((RETURN, 0, 0, ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in program))
    header = ctypes.create_string_buffer(struct.pack("HP", len(program), ctypes.addressof(code)))
    check(libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0))
    check(libc.prctl(SET_SECCOMP, MODE_FILTER, ctypes.addressof(header), 0, 0))


def watch(pid, met):
    """Until all of it has ended; met is told of each call before it is made."""
    message = ctypes.c_ulong()
    while True:
        try:
            tid, status = os.waitpid(-1, WALL)
        except ChildProcessError:
            return
        if not os.WIFSTOPPED(status):
            continue
        event, sent = status >> 16, os.WSTOPSIG(status)
        if event == EVENT_SECCOMP:
            libc.ptrace(GETEVENTMSG, tid, None, ctypes.addressof(message))
            met(NAMES[message.value])
        if event == EVENT_STOP and sent != signal.SIGTRAP:
            resume(LISTEN, tid)
        else:
            resume(CONT, tid, 0 if event else sent)


def put(name, text):
    with open(name + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(name + ".new", name)


def counting(pid, out):
    counts = dict.fromkeys(CALLS, 0)

    def met(call):
        counts[call] += 1

    watch(pid, met)
    put(out, "".join(f"{call} {count}\n" for call, count in counts.items() if count))


def killing(pid, wanted, left, out):
    def met(call):
        nonlocal left
        left -= call == wanted
        if left == 0:
            put(out, "")
            os.kill(pid, signal.SIGKILL)
            left = -1

    watch(pid, met)


def main():
    if platform.machine() != "x86_64":
        sys.exit("These are the calls of x86-64.")
    mode, *rest = sys.argv[1:]
    taken = {"count": 1, "kill": 3}[mode]
    arguments, program = rest[:taken], rest[taken:]
    pid = os.getpid()
    ready, tell = os.pipe()
    between = os.fork()
    if between:
        os.waitpid(between, 0)
        os.close(tell)
        if os.read(ready, 1) != b"1":
            sys.exit("It cannot be watched.")
        os.close(ready)
        filter_calls()
        os.execv(program[0], program)
    if os.fork():
        os._exit(0)
    check(libc.ptrace(SEIZE, pid, None, OPTIONS))
    os.write(tell, b"1")
    # What it says must end with it, not with us.
    os.closerange(0, 3)
    os.closerange(ready, tell + 1)
    if mode == "count":
        counting(pid, arguments[0])
    else:
        killing(pid, arguments[0], int(arguments[1]), arguments[2])
    os._exit(0)


main()
