using FriendNet.Node.Failures;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace FriendNet.Node.Storage;

/// <summary>
/// What a disk that is full, failing or closed makes of any call that stores: the exceptions that
/// work on a thread of its own must survive, since one that escapes ends the daemon.
/// </summary>
public static class StorageFault
{
    /// <summary>For exception filters; all else is a bug and may end the process.</summary>
    public static bool Is(Exception error) =>
        error
            is SqliteException
                or IOException
                or UnauthorizedAccessException
                or ObjectDisposedException;

    /// <summary>The failure to tell, if it is one of the disk or of a file; null: a bug.</summary>
    public static FailureException? Told(Exception error) =>
        error switch
        {
            SqliteException sqlite => Told(sqlite),
            IOException or UnauthorizedAccessException => new(
                FailureKind.Disk,
                $"The disk refuses: {error.Message}",
                error
            ),
            _ => null,
        };

    private static FailureException? Told(SqliteException error) =>
        error.SqliteErrorCode switch
        {
            raw.SQLITE_FULL => new(
                FailureKind.Disk,
                "The disk that holds FriendNet's home is full: free some space, then try again.",
                error
            ),
            raw.SQLITE_IOERR or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN or raw.SQLITE_PERM =>
                new(
                    FailureKind.Disk,
                    $"A database of the home folder cannot be used: {error.Message}",
                    error
                ),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => new(
                FailureKind.Damaged,
                $"A database of the home folder is damaged ({error.Message}): start the daemon "
                    + "again, it then checks the file and moves it aside.",
                error
            ),
            _ => null,
        };
}
