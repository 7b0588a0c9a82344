using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Downloads;

/// <summary>A source that sent a run that is not the file's.</summary>
/// <param name="Leaf">The first wrong leaf of the file; null: not known (yet).</param>
public readonly record struct Blamed(SourceId Source, string File, long? Leaf);

/// <summary>
/// Who sent what wrong for one transfer. Which leaf is wrong shows the source itself, if it can
/// prove its hashes, or the right run, when somebody else has brought it. Any thread.
/// </summary>
public sealed class Blames
{
    private const int Max = 256;

    /// <summary>One that sends many at once must not hide the others.</summary>
    private const int PerLinkMax = 4;
    private readonly Lock _gate = new();
    private readonly List<Wrong> _wrong = [];

    public IReadOnlyList<Blamed> All
    {
        get
        {
            using (_gate.EnterScope())
            {
                return
                [
                    .. _wrong
                        .Where(wrong => wrong.Source is not null)
                        .Select(wrong => new Blamed(wrong.Source!.Value, wrong.File, wrong.Leaf)),
                ];
            }
        }
    }

    /// <summary>A run did not belong to the file.</summary>
    /// <param name="leaves">The hashes of what came.</param>
    /// <returns>False: enough is known of that link.</returns>
    public bool Note(LinkId link, Slice slice, Hash256[] leaves) =>
        With(link, slice, wrong => wrong.Leaves = leaves);

    /// <param name="file">Its path within the transfer.</param>
    public void Note(LinkId link, Slice slice, SourceId source, string file) =>
        With(link, slice, wrong => (wrong.Source, wrong.File) = (source, file));

    public void Note(LinkId link, Slice slice, long leaf) =>
        With(link, slice, wrong => wrong.Leaf = leaf);

    /// <summary>The right run came: it shows where wrong ones differ.</summary>
    public void Right(Slice slice, ReadOnlySpan<Hash256> leaves)
    {
        using (_gate.EnterScope())
        {
            foreach (var wrong in _wrong)
            {
                if (wrong.Slice != slice || wrong.Leaf is not null || wrong.Leaves is null)
                    continue;
                var same = leaves.CommonPrefixLength(wrong.Leaves);
                if (same < leaves.Length)
                    wrong.Leaf = ((long)slice.Run * MerkleTree.RunLeaves) + same;
            }
        }
    }

    private bool With(LinkId link, Slice slice, Action<Wrong> note)
    {
        using (_gate.EnterScope())
        {
            var wrong = _wrong.Find(one => one.Link == link && one.Slice == slice);
            if (wrong is null)
            {
                if (_wrong.Count == Max || _wrong.Count(one => one.Link == link) == PerLinkMax)
                    return false;
                _wrong.Add(wrong = new(link, slice));
            }

            note(wrong);
            return true;
        }
    }

    private sealed class Wrong(LinkId link, Slice slice)
    {
        internal LinkId Link => link;

        internal Slice Slice => slice;

        internal SourceId? Source { get; set; }

        internal string File { get; set; } = "";

        internal Hash256[]? Leaves { get; set; }

        internal long? Leaf { get; set; }
    }
}
