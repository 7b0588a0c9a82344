using FriendNet.Node.Configuration;
using FriendNet.Node.Failures;
using FriendNet.Node.Storage;
using FriendNet.Protocol.Ids;

namespace FriendNet.Node.Api;

/// <summary>Friends by what people call them.</summary>
public sealed class FriendNames(FriendStore store)
{
    /// <param name="name">Or an id.</param>
    /// <exception cref="FailureException">No friend is called so.</exception>
    public Friend Require(string name)
    {
        var friends = store.Friends;
        var friend =
            friends.FirstOrDefault(one => string.Equals(one.Name, name, StringComparison.Ordinal))
            ?? (FriendId.TryParse(name, out var id) ? store.Find(id) : null);
        if (friend is not null)
        {
            return friend;
        }

        var hint = Suggestion.For(name, friends.Select(one => one.Name));
        throw new FailureException(
            FailureKind.NotFound,
            $"No friend is called \"{name}\": see `friendnet friend list`.{hint}"
        );
    }

    /// <summary>The id itself where it is no friend any more.</summary>
    public string Of(FriendId friend) => store.Find(friend)?.Name ?? friend.ToString();

    /// <summary>A pseudonym as "~" and 12 digits.</summary>
    public string Of(SourceId source) => source.Friend is { } friend ? Of(friend) : $"{source}";
}
