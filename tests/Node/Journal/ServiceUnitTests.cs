using System.Diagnostics;
using FriendNet.Tests.Style;
using Xunit;

namespace FriendNet.Tests.Node.Journal;

/// <summary>The unit as systemd itself reads it; nothing is started.</summary>
public sealed class ServiceUnitTests : IDisposable
{
    /// <summary>Tenths of systemd's own scale, on which a unit without any has 9.6.</summary>
    private const int ExposureMax = 25;

    private readonly string _home = Directory.CreateTempSubdirectory("friendnet-unit").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void SystemdFindsNothingWrong()
    {
        var program = Path.Combine(_home, ".local", "bin", "friendnet");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.CreateSymbolicLink(program, "/bin/true");
        Assert.Equal((0, ""), Analyze("verify", "--user", "--man=no", Unit));
    }

    [Fact]
    public void SystemdFindsAWrongWord()
    {
        var wrong = Path.Combine(_home, "friendnet.service");
        var text = File.ReadAllText(Unit);
        File.WriteAllText(wrong, text.Replace("ProtectClock", "ProtectClok", default));
        var (_, said) = Analyze("verify", "--user", "--man=no", wrong);
        Assert.Contains("ProtectClok", said, StringComparison.Ordinal);
    }

    [Fact]
    public void SystemdThinksItIsLittleExposed()
    {
        var (code, said) = Analyze(
            "security",
            "--offline=yes",
            "--no-pager",
            $"--threshold={ExposureMax}",
            Unit
        );
        Assert.True(code == 0, said);
    }

    private static string Unit => Path.Combine(SourceTree.Root, "packaging", "friendnet.service");

    private (int Code, string Said) Analyze(params string[] arguments)
    {
        const string Program = "/usr/bin/systemd-analyze";
        Assert.SkipUnless(File.Exists(Program), "There is no systemd-analyze here.");
        var start = new ProcessStartInfo(Program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HOME"] = _home, ["XDG_RUNTIME_DIR"] = _home },
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}
