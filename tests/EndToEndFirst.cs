using FriendNet.Tests.EndToEnd;
using Xunit.Sdk;
using Xunit.v3;

[assembly: Xunit.TestCollectionOrderer(typeof(FriendNet.Tests.EndToEndFirst))]

namespace FriendNet.Tests;

/// <summary>
/// The tests with daemons take turns, and half of all time: begun last they would end alone.
/// </summary>
public sealed class EndToEndFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections
    )
        where TTestCollection : ITestCollection =>
        [
            .. testCollections.OrderByDescending(one =>
                one.TestCollectionDisplayName == EndToEndCollection.Name
            ),
        ];
}
