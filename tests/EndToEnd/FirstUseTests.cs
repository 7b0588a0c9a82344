using System.Diagnostics;
using FriendNet.Tests.Style;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>./friendnet on a machine where .NET stands elsewhere, or not at all.</summary>
[Collection(EndToEndCollection.Name)]
public sealed class FirstUseTests
{
    [Fact]
    public void AnSdkThatIsOnThePathOnlyIsEnough()
    {
        LiveNode.SkipUnlessPublished();
        using var scratch = new Scratch();
        Checkout(scratch);
        // Built already, by links to what is published.
        Directory.CreateDirectory(Path.Combine(scratch, "artifacts"));
        Directory.CreateSymbolicLink(
            Path.Combine(scratch, "artifacts", "run"),
            Path.GetDirectoryName(LiveNode.Program)!
        );
        var moved = scratch.Folder("moved");
        // In a view of its own of the file system, the SDK is there and no more where it was.
        var (code, output, error) = Run(
            "unshare",
            [
                "--mount",
                "sh",
                "-euc",
                """
                at=$(dirname "$(readlink -f "$(command -v dotnet)")")
                mount --bind "$at" "$1"
                mount -t tmpfs tmpfs "$at"
                PATH=$1:$PATH
                unset DOTNET_ROOT
                exec "$2/friendnet" help
                """,
                "sh",
                moved,
                scratch,
            ]
        );
        Assert.SkipWhen(error.Contains("unshare:", StringComparison.Ordinal), error);
        Assert.SkipWhen(error.Contains("mount:", StringComparison.Ordinal), error);
        Assert.True(code == 0, error);
        Assert.Contains("friendnet init", output, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAnySdkItSaysWhatToInstall()
    {
        using var scratch = new Scratch();
        Checkout(scratch);
        var tools = scratch.Folder("tools");
        foreach (var tool in (string[])["bash", "dirname", "find", "readlink"])
            File.CreateSymbolicLink(Path.Combine(tools, tool), $"/usr/bin/{tool}");

        var (code, _, error) = Run(
            "/usr/bin/env",
            ["--ignore-environment", $"PATH={tools}", Path.Combine(scratch, "friendnet"), "help"]
        );
        Assert.Equal(1, code);
        Assert.Contains("needs the .NET 10 SDK", Assert.Single(Lines(error)), Ordinal);
    }

    private const StringComparison Ordinal = StringComparison.Ordinal;

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');

    /// <summary>What ./friendnet looks at, older than any build.</summary>
    private static void Checkout(Scratch scratch)
    {
        foreach (var name in (string[])["friendnet", "dev", "global.json", "Directory.Build.props"])
        {
            var copy = Path.Combine(scratch, name);
            File.Copy(Path.Combine(SourceTree.Root, name), copy);
            File.SetLastWriteTimeUtc(copy, DateTime.UnixEpoch);
        }

        scratch.Folder("src");
        scratch.Folder("proto");
    }

    private static (int Code, string Output, string Error) Run(string program, string[] words)
    {
        var start = new ProcessStartInfo(program, words)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
