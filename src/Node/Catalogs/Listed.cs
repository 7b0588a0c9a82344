using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Catalogs;

/// <summary>A folder of a friend, with what is in it and below.</summary>
public sealed record ListedFolder(
    string Id,
    FriendId Friend,
    string Path,
    string Name,
    long Files,
    long Bytes
);

/// <summary>A file of a friend.</summary>
/// <param name="Path">Of the friend's view; for FilesUnder relative to that folder.</param>
public sealed record ListedFile(
    string Id,
    FriendId Friend,
    string Path,
    string Name,
    ContentId Content,
    long ModifiedSeconds
);

/// <summary>What an id stands for: a content with names and sources, or a folder.</summary>
public sealed record Resolved(
    ContentId? Content,
    IReadOnlyList<string> Names,
    IReadOnlyList<FriendId> Sources,
    ListedFolder? Folder
);

/// <summary>Something found: a folder of one friend, or a content some friends offer.</summary>
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
    IReadOnlyList<FriendId> Sources
);

/// <summary>Some hits, best first, and where to go on; null at the end.</summary>
public sealed record HitPage(IReadOnlyList<Hit> Hits, string? Next);
