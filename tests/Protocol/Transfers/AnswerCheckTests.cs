using System.Runtime.InteropServices;
using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Ids;
using FriendNet.Protocol.Transfers;
using FriendNet.Protocol.Wire;
using Google.Protobuf;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

public sealed class AnswerCheckTests
{
    private readonly byte[] _bytes = new byte[(3 * MerkleTree.RunBytes) + 12345];
    private readonly RunTree _tree;
    private readonly ContentId _id;

    public AnswerCheckTests()
    {
        new Random(7).NextBytes(_bytes);
        _tree = new(Enumerable.Range(0, 4).Select(run => Hashed(run).Finish()).ToArray());
        _id = new(_tree.Root, _bytes.Length);
    }

    [Fact]
    public void Runs_pass_in_any_cut()
    {
        var random = new Random(1);
        var check = new AnswerCheck([new(_id, 2), new(_id, 3), new(_id, 0)]);
        foreach (var run in (int[])[2, 3, 0])
        {
            Assert.Equal(AnswerStep.More, check.Header(HeaderOf(run)));
            var bytes = BytesOf(run);
            while (bytes.Length > 0)
            {
                var count = Math.Min(bytes.Length, random.Next(1, 70_000));
                var step = check.Data(count);
                bytes = bytes[count..];
                Assert.Equal(bytes.Length == 0 ? AnswerStep.Whole : AnswerStep.More, step);
            }

            Assert.True(new SliceCheck().IsGood(new(_id, run), BytesOf(run), check.Proof));
        }

        Assert.True(check.IsComplete);
        Assert.Equal(AnswerStep.Malformed, check.Header(HeaderOf(0)));
        Assert.Equal(AnswerStep.Malformed, check.Data(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    public void A_wrong_bit_is_found_and_its_leaf_named(int leaf)
    {
        var bytes = BytesOf(1).ToArray();
        bytes[(leaf * MerkleTree.LeafBytes) + 5] ^= 4;
        var run = new RunOfContent(_id, 1);
        var check = new SliceCheck();
        Assert.False(check.IsGood(run, bytes, ProofOf(1)));
        var question = check.AskLeaves(run, ProofOf(1));
        var hasher = Hashed(1);
        var leaves = MemoryMarshal.AsBytes(hasher.Leaves).ToArray();
        Assert.Equal(64 + leaf, question.FirstBadLeaf(leaves));
        leaves[9] ^= 1;
        Assert.Equal(-1, question.FirstBadLeaf(leaves));
        Assert.Equal(-1, question.FirstBadLeaf(leaves.AsSpan(32)));
        Assert.Equal(-1, question.FirstBadLeaf(new byte[64 * 32]));
    }

    [Fact]
    public void A_wrong_proof_a_wrong_run_and_a_wrong_length_are_found()
    {
        var wrong = ProofOf(1);
        MemoryMarshal.AsBytes(wrong.AsSpan())[3] ^= 1;
        foreach (
            var (id, run, sent, proof) in (ValueTuple<ContentId, int, int, Hash256[]>[])
                [
                    (_id, 1, 1, wrong),
                    (_id, 1, 0, ProofOf(1)),
                    (_id, 1, 1, ProofOf(0)),
                    (_id, 1, 1, []),
                    (_id with { Length = _id.Length - 1 }, 1, 0, ProofOf(1)),
                ]
        )
        {
            Assert.False(new SliceCheck().IsGood(new(id, run), BytesOf(sent), proof));
        }
    }

    [Fact]
    public void What_is_no_answer_is_malformed()
    {
        var check = new AnswerCheck([new(_id, 0), new(_id, 1)]);
        Assert.Equal(AnswerStep.Malformed, check.Data(1));
        Assert.Equal(AnswerStep.Malformed, check.Header([0xFF, 0xFF, 0xFF]));
        Assert.Equal(AnswerStep.Malformed, check.Header(new byte[5000]));
        Assert.Equal(AnswerStep.Malformed, check.Header([0x08, 0x09]));
        Assert.Equal(AnswerStep.More, check.Header(HeaderOf(0)));
        Assert.Equal(AnswerStep.Malformed, check.Header(HeaderOf(0)));
        Assert.Equal(AnswerStep.Malformed, check.Data(MerkleTree.RunBytes + 1));
    }

    [Fact]
    public void Refusals_pass_to_the_next_slice()
    {
        var check = new AnswerCheck([new(_id, 0), new(_id, 1), new(_id, 3)]);
        var status = new SliceHeader { Status = SliceHeader.Types.Status.NotFound };
        Assert.Equal(AnswerStep.NotFound, check.Header(status.ToByteArray()));
        status.Status = SliceHeader.Types.Status.Failed;
        Assert.Equal(AnswerStep.SourceFailed, check.Header(status.ToByteArray()));
        Assert.Equal(2, check.Index);
        check.Header(HeaderOf(3));
        Assert.Equal(AnswerStep.Whole, check.Data(BytesOf(3).Length));
        Assert.Equal(ProofOf(3), check.Proof);
    }

    [Fact]
    public void A_request_is_checked_before_it_is_believed()
    {
        var good = new RunOfContent(_id, 3).ToRequest();
        Assert.True(RunOfContent.TryParse(good, out var run));
        Assert.Equal(new(_id, 3), run);
        Assert.False(RunOfContent.TryParse(new(good) { Run = 4 }, out _));
        Assert.False(RunOfContent.TryParse(new(good) { Run = uint.MaxValue }, out _));
        Assert.False(RunOfContent.TryParse(new(good) { Length = ulong.MaxValue }, out _));
        Assert.False(RunOfContent.TryParse(new(good) { Length = 0 }, out _));
        Assert.False(RunOfContent.TryParse(new(good) { Root = ByteString.Empty }, out _));
    }

    private ReadOnlySpan<byte> BytesOf(int run) =>
        _bytes.AsSpan(run * MerkleTree.RunBytes, MerkleTree.RunLength(_bytes.Length, run));

    private RunHasher Hashed(int run)
    {
        var hasher = new RunHasher();
        hasher.Begin(_bytes.Length, run);
        hasher.Append(BytesOf(run));
        return hasher;
    }

    private Hash256[] ProofOf(int run)
    {
        var proof = new Hash256[_tree.ProofCount];
        _tree.Prove(run, proof);
        return proof;
    }

    private byte[] HeaderOf(int run)
    {
        var bytes = MemoryMarshal.AsBytes<Hash256>(ProofOf(run));
        return new SliceHeader { Proof = ByteString.CopyFrom(bytes) }.ToByteArray();
    }
}
