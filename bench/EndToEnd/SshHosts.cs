using System.Diagnostics;
using System.Net;

namespace FriendNet.Bench.EndToEnd;

/// <summary>
/// Two ssh servers on loopback, a jump host and one behind it. Debian's packages are unpacked, not
/// installed; keys and config are their own. What a server wants of the system where root starts
/// it (a user "sshd", a folder in /run) it sees in a mount namespace of its own.
/// </summary>
internal sealed class SshHosts : IDisposable
{
    internal const string Far = "far";
    private const string AsRoot =
        "mount --bind \"$0/passwd\" /etc/passwd && mount --bind \"$0/run\" /run && exec \"$@\"";

    private readonly string _home;
    private readonly Process _jump;
    private readonly Process _far;

    internal SshHosts(string home)
    {
        _home = home;
        Directory.CreateDirectory(At("run/sshd"));
        Unpack();
        foreach (var key in (string[])["host", "user"])
        {
            Command.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", At(key));
        }

        File.Copy("/etc/passwd", At("passwd"));
        File.AppendAllText(At("passwd"), "sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n");
        var (jumpPort, farPort) = (Loopback.FreePort(), Loopback.FreePort());
        File.WriteAllText(At("sshd_config"), ServerText());
        File.WriteAllText(ClientConfig, ClientText(jumpPort, farPort));
        (_jump, _far) = (Start(jumpPort), Start(farPort));
        Loopback.WaitUntilOpen(jumpPort);
        Loopback.WaitUntilOpen(farPort);
    }

    internal string ClientConfig => At("ssh_config");

    internal int[] Ids => [_jump.Id, _far.Id];

    public void Dispose()
    {
        foreach (var server in (Process[])[_jump, _far])
        {
            server.Kill();
            server.WaitForExit();
            server.Dispose();
        }
    }

    private string At(string name) => Path.Combine(_home, name);

    private void Unpack()
    {
        Command.Run(
            "bash",
            "-c",
            "cd \"$0\" && apt-get download -q openssh-server openssh-sftp-server libwrap0 "
                + "&& for package in *.deb; do dpkg -x \"$package\" x; done",
            _home
        );
    }

    private Process Start(int port)
    {
        var libraries = Path.GetDirectoryName(
            Directory.GetFiles(At("x/usr/lib"), "libwrap.so.0", SearchOption.AllDirectories)[0]
        );
        string[] server =
        [
            "env",
            $"LD_LIBRARY_PATH={libraries}",
            At("x/usr/sbin/sshd"),
            "-D",
            "-q",
            "-f",
            At("sshd_config"),
            "-p",
            $"{port}",
        ];
        return Environment.IsPrivilegedProcess
            ? Command.Start(
                "unshare",
                ["-m", "--propagation", "private", "sh", "-c", AsRoot, _home, .. server]
            )
            : Command.Start(server[0], server[1..]);
    }

    private string ServerText() =>
        $"""
            ListenAddress {IPAddress.Loopback}
            HostKey {At("host")}
            AuthorizedKeysFile {At("user.pub")}
            PidFile none
            UsePAM no
            StrictModes no
            PermitRootLogin yes
            PasswordAuthentication no
            Subsystem sftp {At("x/usr/lib/openssh/sftp-server")}

            """;

    private string ClientText(int jumpPort, int farPort) =>
        $"""
            Host jump
              Port {jumpPort}
            Host {Far}
              Port {farPort}
              ProxyJump jump
            Host *
              HostName {IPAddress.Loopback}
              User {Environment.UserName}
              IdentityFile {At("user")}
              IdentitiesOnly yes
              UserKnownHostsFile {At("known_hosts")}
              StrictHostKeyChecking accept-new

            """;
}
