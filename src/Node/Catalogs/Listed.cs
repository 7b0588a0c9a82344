using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Catalogs;

/// <summary>A folder of a friend or a pseudonym, with what is in it and below.</summary>
public sealed record ListedFolder(
    string Id,
    SourceId Owner,
    string Path,
    string Name,
    long Files,
    long Bytes
);

/// <summary>A file of a friend or a pseudonym.</summary>
/// <param name="Path">Of the friend's view.</param>
public sealed record ListedFile(
    string Id,
    SourceId Owner,
    string Path,
    string Name,
    ContentId Content,
    long ModifiedSeconds
);

/// <summary>A file in a folder or below it.</summary>
/// <param name="Path">Relative to that folder.</param>
public readonly record struct FileUnder(string Path, ContentId Content, long ModifiedSeconds);

/// <summary>What an id stands for: a content with names and sources, or a folder.</summary>
public sealed record Resolved(
    ContentId? Content,
    IReadOnlyList<string> Names,
    IReadOnlyList<HitSource> Sources,
    ListedFolder? Folder
);

/// <summary>Something found: a folder of one owner, or a content that some offer.</summary>
/// <param name="Id">See <see cref="ShortId"/>.</param>
/// <param name="Content">Null for a folder.</param>
/// <param name="Size">Bytes; of a folder: of all in it.</param>
/// <param name="Files">In a folder; 1 for a file.</param>
public sealed record Hit(
    string Id,
    ContentId? Content,
    string Name,
    string Path,
    long Size,
    long Files,
    IReadOnlyList<HitSource> Sources
)
{
    /// <summary>In how many ways it can be reached.</summary>
    public int Ways => Sources.Count;
}

/// <summary>Some hits, best first, and where to go on; null at the end.</summary>
public sealed record HitPage(IReadOnlyList<Hit> Hits, string? Next);
