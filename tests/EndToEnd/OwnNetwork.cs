using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// A network of this machine's own, in which a daemon lives and no other program: addresses come
/// and go there without anybody else noticing.
/// </summary>
internal static class OwnNetwork
{
    // What .NET knows of an interface stands in /sys, which is that of who mounted it.
    private const string Enter = "mount -t sysfs sysfs /sys && exec \"$0\" \"$@\"";

    /// <summary>Starts the node in a new network; skips the test where none may be made.</summary>
    internal static async Task Start(LiveNode node)
    {
        var mayBe = Run("unshare", "-n", "-m", "sh", "-c", Enter, "ip", "link") == 0;
        Assert.SkipUnless(mayBe, "A network of its own needs the rights of root.");
        node.Listen = "0.0.0.0:0";
        Assert.True(await node.StartUnder("unshare", "-n", "-m", "sh", "-c", Enter));
    }

    /// <summary>Starts the node in the network of another.</summary>
    internal static async Task Join(LiveNode node, LiveNode other)
    {
        node.Listen = "0.0.0.0:0";
        Assert.True(await node.StartUnder(["nsenter", .. Namespaces(other)]));
    }

    /// <summary>ip(8) in the network of the node.</summary>
    internal static void Ip(LiveNode node, string words) =>
        Assert.Equal(0, Run("nsenter", [.. Namespaces(node), "ip", .. words.Split(' ')]));

    private static string[] Namespaces(LiveNode node) =>
        ["-t", node.ProcessId.ToString(CultureInfo.InvariantCulture), "-n", "-m"];

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
