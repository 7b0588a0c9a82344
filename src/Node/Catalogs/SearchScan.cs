using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Catalogs;

/// <summary>What a row of the index stands for; a folder has no content.</summary>
/// <param name="Folder">The one it stands in.</param>
internal readonly record struct Found(
    int Score,
    long Row,
    long Folder,
    string Name,
    ContentId? Content,
    long Files,
    long Bytes
);

/// <summary>Looks at what matches, newest first, for one page of one question.</summary>
/// <param name="wanted">Hits that make it enough.</param>
internal sealed class SearchScan(SearchReader reader, SearchWords words, int wanted)
{
    // Enough to rank a first page; each is a row somewhere in the file.
    private const int ContentsMax = 96;

    // What others have too is passed over.
    private const int RowsMax = 400;
    private const int AgainMax = 100 * RowsMax;
    private const int FoldersMax = 32;

    // A folder stands for what is in it.
    private const int FolderBonus = 5;

    private const int LookEvery = 16;
    private const int FewHits = 10;
    private static readonly TimeSpan More = TimeSpan.FromMilliseconds(6);
    private static readonly TimeSpan Few = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Any = TimeSpan.FromMilliseconds(20);

    private readonly string[] _matches = [.. words.Matches()];
    private readonly Dictionary<long, int> _places = [];
    private readonly List<Found> _files = [];

    /// <summary>Contents and folders that were found so far.</summary>
    internal List<Found> All { get; } = [];

    /// <summary>Rows from here on were looked at.</summary>
    internal long Last { get; private set; }

    /// <summary>There may be more before <see cref="Last"/>.</summary>
    internal bool HasMore { get; private set; }

    /// <summary>Which of the words' matches was looked at.</summary>
    internal int Match { get; private set; }

    /// <summary>Files in rows before one: windows, until it is enough or late.</summary>
    internal void FilesBefore(long before)
    {
        var enough = Math.Min(wanted, ContentsMax / 2);
        for (Match = 0; ; Match++)
        {
            _files.Clear();
            _places.Clear();
            Files(before, 0);
            // All was seen, or enough of it fits.
            var isEnough = !HasMore || _files.Count >= enough || IsLate();
            if (isEnough || Match + 1 == _matches.Length)
                break;
        }

        while (HasMore && _files.Count < wanted && !IsAfter(_files.Count > 0 ? More : Any))
            Files(Last, 0);
        All.AddRange(_files);
    }

    /// <summary>The very same window again, however long it takes.</summary>
    internal void FilesBetween(long before, long from, int match)
    {
        Match = Math.Min(match, _matches.Length - 1);
        Files(before, from);
        All.AddRange(_files);
        (Last, HasMore) = (from, from < before);
    }

    /// <summary>One window, to be shown with the first files: they are few.</summary>
    internal void Folders()
    {
        foreach (var match in _matches)
        {
            var rows = Folders(words.InName(match));
            if (rows < FoldersMax || All.Count > _files.Count)
                break;
        }
    }

    private void Files(long before, long from)
    {
        var (rows, contents) = (0, 0);
        var isAgain = from > 0;
        var list = reader.Files;
        list.Bind(0, _matches[Match]).Bind(1, before).Bind(2, from);
        list.Bind(3, isAgain ? AgainMax : RowsMax);
        (Last, HasMore) = (before, false);
        while (list.Step())
        {
            (rows, Last) = (rows + 1, list.Long(0));
            contents += Take(list) ? 1 : 0;
            if (isAgain || (contents < ContentsMax && (rows % LookEvery != 0 || !IsLate())))
                continue;
            HasMore = true;
            list.Reset();
            return;
        }

        HasMore = rows == RowsMax;
    }

    // False: a content that the window has already.
    private bool Take(Statement row)
    {
        var (folder, name, tag) = (row.Long(1), row.Text(2), row.Long(3));
        if (words.HasLong && !words.Fits(name) && !words.Fits(PathOf(folder, name)))
            return true;
        var isKnown = _places.TryGetValue(tag, out var place);
        var score = words.Score(name);
        if (isKnown && _files[place].Score >= score)
            return false;
        var content = new ContentId(row.Hash(4), row.Long(5));
        var found = new Found(score, row.Long(0), folder, name, content, 1, content.Length);
        if (isKnown)
        {
            _files[place] = found;
        }
        else
        {
            _places.Add(tag, _files.Count);
            _files.Add(found);
        }

        return !isKnown;
    }

    private int Folders(string match)
    {
        var rows = 0;
        var list = reader.Folders;
        list.Bind(0, match).Bind(1, long.MaxValue).Bind(2, FoldersMax);
        for (; list.Step(); rows++)
        {
            var (row, above, name) = (list.Long(0), list.Long(1), list.Text(2));
            if (words.HasLong && !words.Fits(name) && !words.Fits(PathOf(above, name)))
                continue;
            // Folders below one that is found are found by opening it.
            if (words.Score(name) is var score && score > 0)
                All.Add(
                    new(score + FolderBonus, row, above, name, null, list.Long(3), list.Long(4))
                );
        }

        return rows;
    }

    private string PathOf(long folder, string name) => $"{reader.Rows.PathOf(folder)}/{name}";

    // Something is shown in any case.
    private bool IsLate() =>
        _files.Count is var found and > 0 && IsAfter(found < FewHits ? Any : Few);

    private bool IsAfter(TimeSpan time) => reader.Spent > time;
}
