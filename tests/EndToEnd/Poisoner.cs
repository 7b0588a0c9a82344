namespace FriendNet.Tests.EndToEnd;

/// <summary>
/// Changes a shared file under its daemon, size and time kept: so that sends wrong bytes with
/// right proofs, as one would whose disk rots, or who means harm.
/// </summary>
internal static class Poisoner
{
    private const int RunBytes = 1 << 20;
    private const int RunLeaves = 64;

    /// <summary>Which leaf of the file is wrong in that run, if any is.</summary>
    internal static long LeafIn(long run) => (run * RunLeaves) + (run * 7 % RunLeaves);

    /// <summary>Changes one byte of every Nth run, from the first on.</summary>
    internal static void Poison(string path, int every)
    {
        var mark = path + ".time";
        Touch(mark, path);
        using (var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite))
        {
            for (var run = 0L; run * RunBytes < file.Length; run += every)
            {
                var at = (LeafIn(run) * RunBytes / RunLeaves) + 5;
                file.Position = at;
                var old = file.ReadByte();
                file.Position = at;
                file.WriteByte((byte)(old ^ 1));
            }
        }

        Touch(path, mark);
        File.Delete(mark);
    }

    // By touch: .NET keeps times to 100 ns only.
    private static void Touch(string path, string like)
    {
        using var touch = System.Diagnostics.Process.Start("touch", ["-r", like, path]);
        touch.WaitForExit();
    }
}
