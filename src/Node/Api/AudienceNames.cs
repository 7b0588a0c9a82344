using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Catalogs;

namespace FriendNet.Node.Api;

/// <summary>
/// Audiences as people write them: <c>friends</c>, <c>circle</c>, <c>friend:NAME</c>,
/// <c>group:NAME</c>.
/// </summary>
public sealed class AudienceNames(FriendStore store)
{
    private const string Friends = "friends";
    private const string Circle = "circle";
    private const string FriendTerm = "friend:";
    private const string GroupTerm = "group:";
    private readonly FriendNames _names = new(store);

    /// <exception cref="FailureException">
    /// A term is none, or nobody and nothing is called so.
    /// </exception>
    public Audience Require(IReadOnlyList<string> terms)
    {
        if (terms.Count == 0)
        {
            throw Unclear("An audience has a term at least");
        }

        var known = Audience.Nobody;
        var named = new HashSet<Protocol.Ids.FriendId>();
        var groups = new HashSet<int>();
        foreach (var term in terms)
        {
            if (term == Friends)
                known = known with { Friends = true };
            else if (term == Circle)
                known = known with { Circle = true };
            else if (term.StartsWith(FriendTerm, StringComparison.Ordinal))
                named.Add(_names.Require(term[FriendTerm.Length..]).Id);
            else if (term.StartsWith(GroupTerm, StringComparison.Ordinal))
                groups.Add(RequireGroup(term[GroupTerm.Length..]).Id);
            else
                throw Unclear($"\"{term}\" is no audience");
        }

        return known with
        {
            Named = named,
            Groups = groups,
        };
    }

    /// <exception cref="FailureException">No group is called so.</exception>
    public Group RequireGroup(string name) =>
        store.Groups.Find(name)
        ?? throw new FailureException(
            FailureKind.NotFound,
            $"No group is called \"{name}\": see `friendnet group list`."
                + Suggestion.For(name, store.Groups.All.Select(group => group.Name))
        );

    /// <summary>Its terms; what is gone stands with its id.</summary>
    public IReadOnlyList<string> Of(Audience audience) =>
        [
            .. audience.Friends ? [Friends] : Array.Empty<string>(),
            .. audience.Circle ? [Circle] : Array.Empty<string>(),
            .. Ordered(FriendTerm, audience.Named.Select(_names.Of)),
            .. Ordered(GroupTerm, audience.Groups.Select(Name)),
        ];

    /// <summary>Nobody can be in it: all that it names is gone.</summary>
    public bool IsGone(Audience audience) =>
        audience is { Friends: false, Circle: false }
        && audience.Named.All(friend => store.Find(friend) is null)
        && audience.Groups.All(group => store.Groups.Find(group) is null);

    private static IEnumerable<string> Ordered(string term, IEnumerable<string> names) =>
        names.Order(StringComparer.Ordinal).Select(name => term + name);

    private static FailureException Unclear(string what) =>
        new(
            FailureKind.Usage,
            $"{what}: write {Friends}, {Circle}, {FriendTerm}NAME or {GroupTerm}NAME."
        );

    private string Name(int group) => store.Groups.Find(group)?.Name ?? $"{group}";
}
