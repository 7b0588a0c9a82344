namespace FriendNet.Tests.Protocol.Torrents;

/// <summary>Seeded damage to bytes: as a disk, a forger or a bad program would do.</summary>
internal static class Mutation
{
    private static readonly byte[] Telling = [.. "0123456789-+:delis \0\xFF"u8];

    internal static byte[] Of(byte[] seed, byte[] other, Random random)
    {
        var bytes = seed.ToList();
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
            Once(bytes, other, random);
        return [.. bytes];
    }

    private static void Once(List<byte> bytes, byte[] other, Random random)
    {
        var at = random.Next(bytes.Count);
        var count = Math.Min(random.Next(1, 40), bytes.Count - at);
        switch (random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = Telling[random.Next(Telling.Length)];
                break;
            case 2:
                bytes.Insert(at, Telling[random.Next(Telling.Length)]);
                break;
            case 3:
                bytes.RemoveRange(at, count);
                break;
            case 4:
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, count));
                break;
            case 5:
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.Skip(from).Take(count));
                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }
}
