using System.CommandLine;
using FriendNet.Node.Cli.Verbs;

namespace FriendNet.Node.Cli;

/// <summary>What verbs act on: each noun with its verbs, in the order help shows.</summary>
internal static class Nouns
{
    public static Command Invite() =>
        Noun(
            "invite",
            "Links that make friends",
            InviteCreate.Build(),
            InviteList.Build(),
            InviteRevoke.Build()
        );

    public static Command Friend() =>
        Noun(
            "friend",
            "Your friends",
            FriendAdd.Build(),
            FriendList.Build(),
            FriendShow.Build(),
            FriendRename.Build(),
            FriendVerify.Build(),
            FriendRemove.Build()
        );

    public static Command Group() =>
        Noun(
            "group",
            "Friends under one name, to share with",
            GroupCreate.Build(),
            GroupList.Build(),
            GroupChanging.Add(),
            GroupChanging.Remove(),
            GroupDelete.Build()
        );

    public static Command Share() =>
        Noun(
            "share",
            "Folders you show to friends",
            ShareAdd.Build(),
            ShareList.Build(),
            ShareAudience.Build(),
            ShareViewAs.Build(),
            ShareRescan.Build(),
            ShareRemove.Build()
        );

    public static Command Transfer() =>
        Noun(
            "transfer",
            "What is being fetched",
            TransferList.Build(),
            TransferShow.Build(),
            TransferWatch.Build(),
            TransferFiles.Build(),
            TransferPlay.Build(),
            TransferPause.Build(),
            TransferResume.Build(),
            TransferCancel.Build(),
            TransferClear.Build()
        );

    public static Command Torrent() =>
        Noun(
            "torrent",
            "BitTorrent v2: .torrent files from shares, and to fetch by",
            TorrentExportVerb.Build(),
            TorrentImportVerb.Build()
        );

    public static Command Peer() =>
        Noun(
            "peer",
            "Links to friends, and why there is none",
            PeerList.Build(),
            PeerShow.Build(),
            PeerPing.Build(),
            PeerPath.Build()
        );

    public static Command Limit() =>
        Noun(
            "limit",
            "How much is sent, fetched and passed on",
            LimitVerbs.Show(),
            LimitVerbs.Set(),
            LimitVerbs.Clear()
        );

    private static Command Noun(string name, string description, params Verb[] verbs)
    {
        var noun = new Command(name, description);
        Array.ForEach(verbs, noun.Add);
        return noun;
    }
}
