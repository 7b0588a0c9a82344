using FriendNet.Crypto.Identity;
using FriendNet.Node.Catalogs;
using FriendNet.Node.Configuration;
using FriendNet.Node.Downloads;
using FriendNet.Node.Failures;
using FriendNet.Node.Paths;
using FriendNet.Node.Shares;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Running;

/// <summary>
/// The databases of a home, opened. A damaged one is moved aside and said; what can be fetched or
/// counted again is begun anew, friends come back from their second copy.
/// </summary>
internal sealed class Stores : IDisposable
{
    private Stores(
        FriendStore friends,
        CatalogStore catalogs,
        TransferStore transfers,
        Ledger ledger
    )
    {
        (Friends, Catalogs, Transfers, Ledger) = (friends, catalogs, transfers, ledger);
    }

    internal FriendStore Friends { get; }

    internal CatalogStore Catalogs { get; }

    /// <summary>Passed on to the downloader, which ends it.</summary>
    internal TransferStore Transfers { get; }

    internal Ledger Ledger { get; }

    /// <exception cref="FailureException">One of them cannot be had.</exception>
    internal static Stores Open(
        Home home,
        IdentityKeys keys,
        FriendId self,
        Instant now,
        Action<string> warn
    )
    {
        var opening = Recovery.Open(home.StateDatabase, self, keys, new SystemEntropy(), now);
        if (opening.Sentence is { } sentence && opening.Store is not null)
        {
            warn(sentence);
        }

        var friends = opening.Store ?? throw Failed(opening.Sentence, home.StateDatabase);
        var catalogs = CatalogStore.Open(
            home.CatalogDatabase,
            () => DateTimeOffset.UtcNow,
            warn,
            id => friends.Find(id) is not null
        );
        return new(
            friends,
            catalogs ?? throw Failed(null, home.CatalogDatabase),
            new(
                Anew(
                    home.TransferDatabase,
                    Durability.Full,
                    TransferStore.Schema,
                    "unfinished downloads start anew",
                    warn
                )
            ),
            new(
                Anew(
                    home.LedgerDatabase,
                    Durability.Normal,
                    Ledger.Schema,
                    "what was relayed is counted anew",
                    warn
                ),
                warn
            )
        );
    }

    /// <exception cref="FailureException">It cannot be had.</exception>
    internal static ShareIndex OpenIndex(
        Home home,
        SharedFolders shares,
        Action<string> warn,
        Action<ShareStatus, ScanProgress> scanned
    )
    {
        var settings = new ShareIndexSettings
        {
            Excluded = home.Folder,
            Warn = warn,
            Scanned = scanned,
        };
        var folders = shares.All.Select(Audiences.Indexed).ToArray();
        var index = ShareIndex.Open(home.IndexDatabase, folders, settings, out var sentence);
        if (index?.Notice is { } notice)
        {
            warn(notice);
        }

        return index ?? throw Failed(sentence, home.IndexDatabase);
    }

    public void Dispose()
    {
        Ledger.Dispose();
        Catalogs.Dispose();
        Friends.Dispose();
    }

    /// <summary>A damaged one is moved aside, said, and begun anew.</summary>
    private static Database Anew(
        string path,
        Durability durability,
        IReadOnlyList<string> schema,
        string lost,
        Action<string> warn
    )
    {
        var opening = Database.Open(path, durability, schema);
        if (opening is { Database: null, State: DatabaseState.Damaged })
        {
            var aside = Database.MoveAside(path, DateTime.UtcNow);
            warn($"{opening.Sentence} It was moved to {aside}; {lost}.");
            opening = Database.Open(path, durability, schema);
        }

        return opening.Database ?? throw Failed(opening.Sentence, path);
    }

    private static FailureException Failed(string? sentence, string path) =>
        new(FailureKind.Damaged, sentence ?? $"{path} cannot be opened: see the log.");
}
