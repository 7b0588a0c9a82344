using FriendNet.Node.Storage;

namespace FriendNet.Node.Catalogs;

/// <summary>A database whose content can be had again: damage costs time, not data.</summary>
internal static class OwnDatabase
{
    /// <summary>
    /// Opens or creates it; a damaged file is moved aside and begun anew, and that is said with
    /// its <paramref name="consequence"/>. Null if it cannot be opened, and the reason is said.
    /// </summary>
    internal static Database? Open(
        string path,
        IReadOnlyList<string> schema,
        DateTimeOffset now,
        string consequence,
        Action<string> said
    )
    {
        for (var again = false; ; again = true)
        {
            var opening = Database.Open(path, Durability.Normal, schema);
            if (opening.Database is { } database)
                return database;
            if (opening.State != DatabaseState.Damaged || again)
            {
                said(opening.Sentence ?? path);
                return null;
            }

            var aside = Database.MoveAside(path, now.UtcDateTime);
            said($"{opening.Sentence} It was moved to {aside}; {consequence}");
        }
    }
}
