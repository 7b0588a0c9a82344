using FriendNet.Node.Api.Contract;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using FriendNet.Tests.Style;
using Xunit;

namespace FriendNet.Tests.Node.Cli;

/// <summary>docs/cli.md says what the program does.</summary>
public sealed class ManualTests
{
    private static readonly string Manual = File.ReadAllText(
        Path.Combine(SourceTree.Root, "docs", "cli.md")
    );

    [Fact]
    public void HasEveryExitCode()
    {
        foreach (var row in FailureTable.Rows)
        {
            var line = $"| {(int)row.Kind} | `{row.Code}` | {row.HttpStatus} | {row.Meaning} |";
            Assert.Contains(line, Manual, StringComparison.Ordinal);
        }

        Assert.Equal(
            Enum.GetValues<FailureKind>().Order(),
            FailureTable.Rows.Select(row => row.Kind).Order()
        );
    }

    [Fact]
    public void HasEverySetting()
    {
        foreach (var key in SettingKey.All)
        {
            var line = $"| `{key.Name}` | `--{key.Flag}` | `{key.Variable}` |";
            Assert.Contains(line, Manual, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(typeof(Identity))]
    [InlineData(typeof(Status))]
    [InlineData(typeof(Invite))]
    [InlineData(typeof(Friend))]
    [InlineData(typeof(SafetyNumber))]
    [InlineData(typeof(Group))]
    [InlineData(typeof(Share))]
    [InlineData(typeof(Hashing))]
    [InlineData(typeof(Entry))]
    [InlineData(typeof(Hit))]
    [InlineData(typeof(Source))]
    [InlineData(typeof(Reach))]
    [InlineData(typeof(ReachRing))]
    [InlineData(typeof(ReachFriend))]
    [InlineData(typeof(ReachPair))]
    [InlineData(typeof(PeerCircles))]
    [InlineData(typeof(FileLink))]
    [InlineData(typeof(ExportedTorrent))]
    [InlineData(typeof(PeerLedger))]
    [InlineData(typeof(PathShown))]
    [InlineData(typeof(Transfer))]
    [InlineData(typeof(TransferSource))]
    [InlineData(typeof(Blame))]
    [InlineData(typeof(FetchedFile))]
    [InlineData(typeof(Peer))]
    [InlineData(typeof(Head))]
    [InlineData(typeof(Dial))]
    [InlineData(typeof(Limit))]
    [InlineData(typeof(Pong))]
    [InlineData(typeof(Done))]
    public void HasEveryFieldOfAnAnswer(Type type)
    {
        var section = Manual.Split($"### {type.Name}\n")[1].Split("\n### ")[0];
        var told =
            from line in section.Split('\n')
            where line.StartsWith("| `", StringComparison.Ordinal)
            select line.Split('`')[1];

        Assert.Equal(
            ContractJson.Default.GetTypeInfo(type)!.Properties.Select(property => property.Name),
            told
        );
    }
}
