using FriendNet.Node.Catalogs;
using Xunit;

namespace FriendNet.Tests.Node.Catalogs;

public sealed class SpoolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("spool").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(10)]
    [InlineData(2_000_000)]
    public void WhatGoesInComesOut(int bytes)
    {
        var data = new byte[bytes];
        new Random(1).NextBytes(data);
        using (var spool = new Spool(_folder))
        {
            foreach (var piece in data.Chunk(60_000))
            {
                piece.CopyTo(spool.Space(piece.Length));
                spool.Advance(piece.Length);
            }

            using var copy = new MemoryStream();
            spool.Read().CopyTo(copy);
            Assert.Equal(data, copy.ToArray());
            Assert.Equal(bytes > 1_000_000 ? 1 : 0, Directory.GetFiles(_folder).Length);
        }

        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void MoreThanTheLimitIsNotTaken()
    {
        using var spool = new Spool(_folder, 100);
        Assert.Equal(100, spool.Space(100).Length);
        spool.Advance(100);
        Assert.True(spool.Space(1).IsEmpty);
    }
}
