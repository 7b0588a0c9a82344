using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Shares;

/// <summary>
/// Where contents were found last, for serving run after run. Holds 1,024 places and 8 MiB of
/// run layers at most; the least used goes first.
/// </summary>
internal sealed class ContentCache
{
    private const int PlacesMax = 1_024;
    private const long HashesMax = 8L * 1024 * 1024 / Hash256.Size;
    private readonly Lock _gate = new();
    private readonly Dictionary<
        ContentId,
        LinkedListNode<(ContentId Id, FileLocation Place)>
    > _places = [];
    private readonly LinkedList<(ContentId Id, FileLocation Place)> _byUse = new();
    private long _hashes;

    internal FileLocation? Find(ContentId id)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(id, out var node))
                return null;
            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Place;
        }
    }

    internal void Put(ContentId id, FileLocation place)
    {
        lock (_gate)
        {
            if (_places.TryGetValue(id, out var old))
                Drop(old);
            _places[id] = _byUse.AddFirst((id, place));
            _hashes += place.Runs.Layer.Length;
            while (_places.Count > PlacesMax || (_hashes > HashesMax && _places.Count > 1))
                Drop(_byUse.Last!);
        }
    }

    internal void Clear()
    {
        lock (_gate)
        {
            _places.Clear();
            _byUse.Clear();
            _hashes = 0;
        }
    }

    private void Drop(LinkedListNode<(ContentId Id, FileLocation Place)> node)
    {
        _byUse.Remove(node);
        _places.Remove(node.Value.Id);
        _hashes -= node.Value.Place.Runs.Layer.Length;
    }
}
