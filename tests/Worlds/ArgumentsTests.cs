using FriendNet.Simulation;
using Xunit;

namespace FriendNet.Tests.Worlds;

/// <summary>The simulator's command line.</summary>
public sealed class ArgumentsTests
{
    [Theory]
    [InlineData("--hostile 3 --people 10", "--people says nothing of a world of --hostile; ")]
    [InlineData("--json --hostile 3", "--json says nothing of a world of --hostile; ")]
    [InlineData("--hostile 3 --flood 10", "--flood says nothing of a world of --hostile; ")]
    [InlineData("--flood 10 --degree 3", "--degree says nothing of a world of --flood; ")]
    [InlineData("--flood 10 --trace f", "--trace says nothing of a world of --flood; ")]
    [InlineData("--people 10 --trace f", "--trace is of hostile worlds; ")]
    public void WhatWouldSayNothingIsRefused(string line, string problem)
    {
        Assert.False(Arguments.TryParse(line.Split(' '), out _, out var said));

        Assert.StartsWith(problem, said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    [Theory]
    [InlineData("--hostile 3 --seed 7 --trace f")]
    [InlineData("--flood 10 --entries 5 --horizon 2 --json --seed 7 --threads 2 --up 1000")]
    [InlineData("--people 10 --degree 3 --clustering 0.5 --entries 5 --up 1000")]
    [InlineData("")]
    public void AllElseIsTaken(string line)
    {
        var args = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        Assert.True(Arguments.TryParse(args, out _, out var said), said);
    }
}
