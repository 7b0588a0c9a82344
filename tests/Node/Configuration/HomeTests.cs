using System.Diagnostics;
using FriendNet.Crypto.Identity;
using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using Xunit;

namespace FriendNet.Tests.Node.Configuration;

public sealed class HomeTests : IDisposable
{
    private const UnixFileMode Private =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly TempHome _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("/flag", "/env", "/xdg", "/flag")]
    [InlineData(null, "/env", "/xdg", "/env")]
    [InlineData(null, null, "/xdg", "/xdg/friendnet")]
    [InlineData(null, "", "relative", "/user/.local/share/friendnet")]
    public void FlagThenVariableThenXdg(string? flag, string? own, string? xdg, string expected)
    {
        var home = Home.At(
            flag,
            name =>
                name switch
                {
                    "FRIENDNET_HOME" => own,
                    "XDG_DATA_HOME" => xdg,
                    "HOME" => "/user",
                    _ => null,
                }
        );

        Assert.Equal(expected, home.Folder);
    }

    [Fact]
    public void TooLongForASocketIsSaidAtOnce()
    {
        var failure = Assert.Throws<FailureException>(() =>
            Home.At("/" + new string('x', 100), _ => null)
        );
        Assert.Equal(FailureKind.Setup, failure.Kind);
    }

    [Fact]
    public void IsMadePrivate()
    {
        _temp.Home.Create();
        Assert.Equal(Private, File.GetUnixFileMode(_temp.Home.Folder));
    }

    [Fact]
    public void AnEmptyFolderIsMadePrivateAndAFullOneRefused()
    {
        Directory.CreateDirectory(_temp.Home.Folder);
        _temp.Home.Create();
        Assert.Equal(Private, File.GetUnixFileMode(_temp.Home.Folder));

        File.SetUnixFileMode(_temp.Home.Folder, Private | UnixFileMode.OtherRead);
        File.WriteAllText(Path.Combine(_temp.Home.Folder, "diary"), "");
        var failure = Assert.Throws<FailureException>(_temp.Home.Create);
        Assert.Equal(FailureKind.Setup, failure.Kind);
    }

    [Fact]
    public void KeysAreMadeOnceAndOpenOnlyWithTheirPassphrase()
    {
        _temp.Home.Create();
        var right = Path.Combine(_temp.Folder, "right");
        var wrong = Path.Combine(_temp.Folder, "wrong");
        File.WriteAllText(right, "correct horse\n");
        File.WriteAllText(wrong, "battery staple\n");
        using var made = IdentityFile.Create(_temp.Home, right, new SystemEntropy());
        using var opened = IdentityFile.Open(_temp.Home, right);

        Assert.True(opened.Signing.PublicKey.Equals(made.Signing.PublicKey));
        Assert.Equal(FailureKind.Exists, Kind(() => Create(null)));
        Assert.Equal(FailureKind.Setup, Kind(() => IdentityFile.Open(_temp.Home, wrong)));
        Assert.Equal(FailureKind.Setup, Kind(() => IdentityFile.Open(_temp.Home, null)));
        Assert.Equal(FailureKind.Setup, Kind(() => IdentityFile.Open(_temp.Home, "/nowhere")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(_temp.Home.KeyFile)
        );
    }

    [Fact]
    public void ADamagedKeyFileIsNamed()
    {
        _temp.Home.Create();
        Create(null).Dispose();
        File.WriteAllText(_temp.Home.KeyFile, "x");
        Assert.Equal(FailureKind.Damaged, Kind(() => IdentityFile.Open(_temp.Home, null)));
    }

    [Fact]
    public void ASecondHolderIsToldWhoHoldsIt()
    {
        _temp.Home.Create();
        using (HomeLock.Take(_temp.Home))
        {
            var failure = Assert.Throws<FailureException>(() => HomeLock.Take(_temp.Home));
            Assert.Equal(FailureKind.HomeInUse, failure.Kind);
            Assert.Contains(
                $"process {Environment.ProcessId}",
                failure.Message,
                StringComparison.Ordinal
            );
        }

        HomeLock.Take(_temp.Home).Dispose();
    }

    [Fact]
    public async Task ALockOfAnotherProcessHoldsUntilItEnds()
    {
        _temp.Home.Create();
        var start = new ProcessStartInfo("flock", [_temp.Home.LockFile, "-c", "echo held; read _"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var holder = Process.Start(start)!;
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(bound.Token));

        Assert.Equal(FailureKind.HomeInUse, Kind(() => HomeLock.Take(_temp.Home)));
        holder.StandardInput.Close();
        await holder.WaitForExitAsync(bound.Token);
        HomeLock.Take(_temp.Home).Dispose();
    }

    private IdentityKeys Create(string? passphraseFile) =>
        IdentityFile.Create(_temp.Home, passphraseFile, new SystemEntropy());

    private static FailureKind Kind(Func<object> act) => Assert.Throws<FailureException>(act).Kind;
}
