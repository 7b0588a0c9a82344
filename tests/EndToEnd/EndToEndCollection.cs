using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace FriendNet.Tests.EndToEnd;

/// <summary>Whole daemons run one test at a time, when no other test wants the machine.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[SuppressMessage("Naming", "CA1711", Justification = "It is xUnit's word for it.")]
public sealed class EndToEndCollection
{
    internal const string Name = "end to end";
}
