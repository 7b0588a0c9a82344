using System.Globalization;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Catalogs;

/// <summary>Who may see a share: any of its terms suffices, and no term is nobody.</summary>
/// <param name="Friends">All friends.</param>
/// <param name="Circle">All friends, and theirs up to the horizon.</param>
/// <param name="Named">These friends.</param>
/// <param name="Groups">Who is in one of these groups, whenever it is asked.</param>
public sealed record Audience(
    bool Friends,
    bool Circle,
    IReadOnlySet<FriendId> Named,
    IReadOnlySet<int> Groups
)
{
    private const char TermEnd = '\n';
    private const string FriendsTerm = "friends";
    private const string CircleTerm = "circle";
    private const string FriendTerm = "friend:";
    private const string GroupTerm = "group:";

    public static Audience Nobody { get; } =
        new(false, false, new HashSet<FriendId>(), new HashSet<int>());

    /// <summary>What a share is for where nothing was said.</summary>
    public static Audience AllFriends { get; } = Nobody with { Friends = true };

    public static Audience OfCircle { get; } = Nobody with { Circle = true };

    public bool IsNobody => !Friends && !Circle && Named.Count == 0 && Groups.Count == 0;

    /// <summary>Whether content of the share may be given to this one.</summary>
    /// <param name="friend">
    /// Null: somebody of the circle, which is the least that anybody is.
    /// </param>
    /// <param name="members">Who is in a group; empty if the group is gone.</param>
    public bool IsFor(FriendId? friend, Func<int, IReadOnlySet<FriendId>> members) =>
        Circle || (friend is { } one && IsAmongFriends(one, members));

    /// <summary>
    /// Whether the share stands in the view of this friend. What is for the circle stands in the
    /// circle's catalog and nowhere else.
    /// </summary>
    public bool IsInView(FriendId friend, Func<int, IReadOnlySet<FriendId>> members) =>
        !Circle && IsAmongFriends(friend, members);

    /// <summary>The terms, each once and in one order, with \n between them.</summary>
    public override string ToString()
    {
        var terms = new List<string>();
        if (Friends)
            terms.Add(FriendsTerm);
        if (Circle)
            terms.Add(CircleTerm);
        terms.AddRange(Named.OrderBy(friend => friend.Value).Select(id => $"{FriendTerm}{id}"));
        terms.AddRange(
            Groups
                .Order()
                .Select(id => string.Create(CultureInfo.InvariantCulture, $"{GroupTerm}{id}"))
        );
        return string.Join(TermEnd, terms);
    }

    /// <summary>
    /// Reads what <see cref="ToString"/> wrote; null: some term of it is none, and whoever cannot
    /// read who it is for shows it to <see cref="Nobody"/>.
    /// </summary>
    public static Audience? TryParse(string stored)
    {
        var (friends, circle) = (false, false);
        var (named, groups) = (new HashSet<FriendId>(), new HashSet<int>());
        foreach (var term in stored.Split(TermEnd, StringSplitOptions.RemoveEmptyEntries))
        {
            if (term == FriendsTerm)
                friends = true;
            else if (term == CircleTerm)
                circle = true;
            else if (TryReadFriend(term) is { } friend)
                named.Add(friend);
            else if (TryReadGroup(term) is { } group)
                groups.Add(group);
            else
                return null;
        }

        return new(friends, circle, named, groups);
    }

    public bool Equals(Audience? other) =>
        other is not null
        && (Friends, Circle) == (other.Friends, other.Circle)
        && Named.SetEquals(other.Named)
        && Groups.SetEquals(other.Groups);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private bool IsAmongFriends(FriendId friend, Func<int, IReadOnlySet<FriendId>> members) =>
        Friends || Named.Contains(friend) || Groups.Any(group => members(group).Contains(friend));

    private static FriendId? TryReadFriend(string term) =>
        term.StartsWith(FriendTerm, StringComparison.Ordinal)
        && FriendId.TryParse(term[FriendTerm.Length..], out var friend)
            ? friend
            : null;

    private static int? TryReadGroup(string term) =>
        term.StartsWith(GroupTerm, StringComparison.Ordinal)
        && int.TryParse(
            term.AsSpan(GroupTerm.Length),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var group
        )
            ? group
            : null;
}
