using System.Diagnostics;
using FriendNet.Tests.Style;
using Xunit;

namespace FriendNet.Tests.Worlds;

/// <summary>The checks that <c>./dev sabotage</c> takes out still stand where it looks.</summary>
public sealed class SabotageTests
{
    [Theory]
    [InlineData("audience")]
    [InlineData("content")]
    [InlineData("files")]
    [InlineData("quota")]
    [InlineData("relays")]
    [InlineData("removed")]
    [InlineData("signature")]
    [InlineData("withdrawn")]
    public void ThePatchStillApplies(string name)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = SourceTree.Root,
            ArgumentList = { "apply", "--check", $"tests/Simulation/Sabotage/{name}.patch" },
        };
        using var git = Process.Start(start)!;
        git.WaitForExit();

        Assert.Equal(0, git.ExitCode);
    }
}
