using System.Globalization;
using FriendNet.Node.Failures;

namespace FriendNet.Node.Configuration;

/// <summary>
/// One daemon a home: an advisory lock (flock, which .NET takes for FileShare.None) that the
/// kernel frees however the process ends.
/// </summary>
public sealed class HomeLock : IDisposable
{
    private const int LockedErrno = 11; // EAGAIN from flock
    private readonly FileStream _held;
    private readonly string _pidFile;

    private HomeLock(FileStream held, string pidFile)
    {
        _held = held;
        _pidFile = pidFile;
    }

    /// <exception cref="FailureException">Another daemon holds it, and which.</exception>
    public static HomeLock Take(Home home)
    {
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            var held = new FileStream(home.LockFile, options);
            var pid = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            File.WriteAllText(home.PidFile, pid);
            return new HomeLock(held, home.PidFile);
        }
        catch (IOException error) when (error.HResult == LockedErrno)
        {
            throw new FailureException(FailureKind.HomeInUse, Sentence(home), error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw home.Shut(error);
        }
    }

    public void Dispose()
    {
        File.Delete(_pidFile);
        _held.Dispose();
    }

    private static string Sentence(Home home)
    {
        var pid = Pid(home);
        var who = pid is null ? "Another daemon" : $"Another daemon (process {pid})";
        return $"{who} runs on {home.Folder}: stop it, or choose another folder with --home.";
    }

    private static string? Pid(Home home)
    {
        try
        {
            var text = File.ReadAllText(home.PidFile).Trim();
            return int.TryParse(text, NumberStyles.None, null, out _) ? text : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
