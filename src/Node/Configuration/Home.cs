using System.Text;
using FriendNet.Node.Failures;
using FriendNet.Node.Linux;

namespace FriendNet.Node.Configuration;

/// <summary>The one folder that holds all state of a node, readable by its owner only.</summary>
public sealed class Home
{
    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // sockaddr_un.sun_path holds 108 bytes with the closing NUL.
    private const int SocketPathBytesMax = 107;

    private Home(string folder) => Folder = folder;

    public string Folder { get; }

    public string ConfigFile => Path.Combine(Folder, "config.json");

    public string KeyFile => Path.Combine(Folder, "identity.key");

    public string StateDatabase => Path.Combine(Folder, "state.db");

    public string CatalogDatabase => Path.Combine(Folder, "catalog.db");

    public string IndexDatabase => Path.Combine(Folder, "index.db");

    public string TransferDatabase => Path.Combine(Folder, "transfers.db");

    public string LedgerDatabase => Path.Combine(Folder, "ledger.db");

    public string ViewDatabase => Path.Combine(Folder, "views.db");

    public string LimitsFile => Path.Combine(Folder, "limits.json");

    public string SpoolFolder => Path.Combine(Folder, "spool");

    public string LockFile => Path.Combine(Folder, "lock");

    public string PidFile => Path.Combine(Folder, "daemon.pid");

    public string ApiSocket => Path.Combine(Folder, "api.sock");

    /// <param name="flag">What <c>--home</c> said; else FRIENDNET_HOME, else XDG's folder.</param>
    /// <exception cref="FailureException">The path is too long for a Unix socket in it.</exception>
    public static Home At(string? flag, Func<string, string?> environment)
    {
        var folder = FirstOf(flag, environment("FRIENDNET_HOME")) ?? Default(environment);
        var home = new Home(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return Encoding.UTF8.GetByteCount(home.ApiSocket) <= SocketPathBytesMax
            ? home
            : throw new FailureException(
                FailureKind.Setup,
                $"The home folder {home.Folder} has too long a path for a Unix socket: "
                    + "choose one under 98 bytes with --home."
            );
    }

    /// <summary>Makes the folder, mode 0700, or makes an empty or own one private.</summary>
    /// <exception cref="FailureException">It holds other things, or cannot be made.</exception>
    public void Create()
    {
        try
        {
            var above = MissingAbove();
            Directory.CreateDirectory(Folder, OwnerOnly);
            // Else a power cut may take the new folder, and the identity in it.
            above.ForEach(FolderSync.Sync);
            if (File.GetUnixFileMode(Folder) != OwnerOnly)
            {
                MakePrivate();
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(
                FailureKind.Disk,
                $"The home folder {Folder} cannot be made: {error.Message}",
                error
            );
        }
    }

    /// <summary>What is told of a home that this user may not look into.</summary>
    public FailureException Shut(Exception error) =>
        new(
            FailureKind.Disk,
            $"You may not open {Folder}: run friendnet as the user it belongs to, or choose "
                + "another folder with --home.",
            error
        );

    /// <exception cref="FailureException">There is an identity here.</exception>
    public void RequireNew()
    {
        if (HasIdentity())
        {
            throw new FailureException(
                FailureKind.Exists,
                $"{Folder} has an identity already; nothing was changed. "
                    + "For another one choose another folder with --home."
            );
        }
    }

    /// <exception cref="FailureException">No identity here yet.</exception>
    public void RequireInitialised()
    {
        if (!HasIdentity())
        {
            throw new FailureException(
                FailureKind.Setup,
                $"There is no identity in {Folder} yet: run `friendnet init --name YOUR-NAME`."
            );
        }
    }

    // File.Exists would say no where it may not look.
    private bool HasIdentity()
    {
        try
        {
            _ = File.GetAttributes(KeyFile);
            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (UnauthorizedAccessException error)
        {
            throw Shut(error);
        }
    }

    // The folders that the new ones will stand in, if any are to be made.
    private List<string> MissingAbove()
    {
        var above = new List<string>();
        for (var folder = Folder; !Directory.Exists(folder); folder = above[^1])
        {
            above.Add(Path.GetDirectoryName(folder)!);
        }

        return above;
    }

    private static string? FirstOf(params ReadOnlySpan<string?> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (!string.IsNullOrEmpty(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static string Default(Func<string, string?> environment)
    {
        var user = environment("HOME") ?? "/";
        // The XDG specification has relative paths ignored.
        var data = environment("XDG_DATA_HOME");
        var parent = data is ['/', ..] ? data : Path.Combine(user, ".local", "share");
        return Path.Combine(parent, "friendnet");
    }

    private void MakePrivate()
    {
        var foreign = Directory
            .EnumerateFileSystemEntries(Folder)
            .Any(entry => !entry.StartsWith(ConfigFile, StringComparison.Ordinal));
        if (foreign && !HasIdentity())
        {
            throw new FailureException(
                FailureKind.Setup,
                $"{Folder} holds other things and others may read it: choose an empty or new "
                    + "folder with --home."
            );
        }

        File.SetUnixFileMode(Folder, OwnerOnly);
    }
}
