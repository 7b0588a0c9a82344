using System.Diagnostics;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Catalogs;
using Microsoft.Data.Sqlite;

namespace FriendNet.Node.Catalogs;

/// <summary>
/// Writes steps to a catalog in short transactions. Until the last of them it is marked as held
/// in part: what a crash leaves so counts as nothing, and is overwritten by what comes next.
/// </summary>
internal static class ChunkedEdit
{
    /// <summary>Gives whether all is done, after each transaction.</summary>
    /// <param name="steps">Null: only time has passed.</param>
    /// <param name="last">Ends the last transaction.</param>
    internal static IEnumerable<bool> Run(
        Database database,
        FriendRow row,
        IEnumerable<DeltaStep?> steps,
        Action<SqliteConnection> last
    )
    {
        using var rest = steps.GetEnumerator();
        for (var isDone = false; !isDone; )
        {
            database.Transact(writer =>
            {
                isDone = Some(writer, row, rest);
                if (isDone)
                    last(writer);
                else
                    FriendTable.SavePart(writer, row);
            });
            yield return isDone;
        }
    }

    private static bool Some(SqliteConnection writer, FriendRow row, IEnumerator<DeltaStep?> rest)
    {
        var started = Stopwatch.GetTimestamp();
        using var edit = new CatalogEdit(writer, row);
        var isDone = false;
        for (var left = Limits.TurnStepsMax; !isDone && left > 0; left--)
        {
            isDone = !rest.MoveNext();
            if (!isDone && rest.Current is { } step)
                edit.Do(step);
            if (Stopwatch.GetElapsedTime(started).TotalMilliseconds > Limits.TurnMilliseconds)
                break;
        }

        edit.FinishFolders();
        return isDone;
    }
}
