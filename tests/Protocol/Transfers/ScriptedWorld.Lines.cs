using FriendNet.Crypto.Merkle;
using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Events;
using FriendNet.Protocol.Ids;
using Xunit;

namespace FriendNet.Tests.Protocol.Transfers;

// What is asked goes over the links' lines and to disk.
internal sealed partial class ScriptedWorld
{
    private void Answer(Effect.Fetch fetch)
    {
        _underway[fetch.Id] = fetch;
        Fetches++;
        MostUnderwayOfAll = Math.Max(MostUnderwayOfAll, _underway.Count);
        MostUnderway = Math.Max(
            MostUnderway,
            _underway.Values.Count(other => other.Link == fetch.Link)
        );
        var bytes = fetch.Slices.Sum(slice => Bytes(fetch, slice));
        Assert.True(bytes <= Limits.FetchBytesMax && fetch.Slices.Count is > 0 and <= 256);
        foreach (var slice in fetch.Slices)
            Asked.Add((fetch.Link, fetch.Transfer, slice));
        if (!_links.TryGetValue(fetch.Link, out var link))
        {
            In(0, () => End(fetch));
            return;
        }

        In(link.How.DelaySeconds, () => Line(fetch));
    }

    /// <summary>
    /// Answers go one after another, small fetches first; what is given up before costs nothing.
    /// </summary>
    private void Line(Effect.Fetch fetch)
    {
        var isIdle = !_lines.TryGetValue(fetch.Link, out var line);
        if (isIdle)
            _lines[fetch.Link] = line = new();
        var isBulk = fetch.Slices.Sum(slice => Bytes(fetch, slice)) > Limits.PromptBytesMax;
        for (var index = 0; index < fetch.Slices.Count; index++)
            line!.Enqueue((fetch, index), (isBulk, _order++));
        if (isIdle)
            SendNext(fetch.Link);
    }

    private void SendNext(LinkId id)
    {
        if (
            !_links.TryGetValue(id, out var link)
            || !_lines.TryGetValue(id, out var line)
            || !line.TryDequeue(out var next, out _)
        )
        {
            _lines.Remove(id);
            return;
        }

        var (fetch, index) = next;
        var isWanted = _underway.ContainsKey(fetch.Id);
        var seconds = isWanted ? Bytes(fetch, fetch.Slices[index]) / link.How.BytesPerSecond : 0;
        var rate = link.How.Silent ? 0 : link.How.BytesPerSecond;
        var sending = (fetch.Id, Now, rate, Order: _order++);
        _sending[id] = sending;
        In(
            seconds,
            () =>
            {
                // Cut off meanwhile.
                if (!_sending.TryGetValue(id, out var now) || now != sending)
                    return;
                _sending.Remove(id);
                Deliver(fetch, index);
                if (index == fetch.Slices.Count - 1)
                    EndIfHeard(fetch);
                SendNext(id);
            }
        );
    }

    private int Bytes(Effect.Fetch fetch, Slice slice) =>
        MerkleTree.RunLength(Files[fetch.Transfer][slice.File].Id.Length, slice.Run);

    private void Deliver(Effect.Fetch fetch, int index)
    {
        if (!_underway.ContainsKey(fetch.Id) || !_links.TryGetValue(fetch.Link, out var link))
            return;
        if (link.How.Silent)
            return;
        if (link.How.Fail(fetch.Slices[index]) is { } why)
        {
            Input(new Input.SliceFailed(fetch.Id, index, why));
            return;
        }

        var bytes = _came.GetValueOrDefault(fetch.Id) + Bytes(fetch, fetch.Slices[index]);
        _came[fetch.Id] = bytes;
        Written(fetch, () => Store(fetch, index));
    }

    private void Store(Effect.Fetch fetch, int index)
    {
        Stored.Add((fetch.Link, fetch.Transfer, fetch.Slices[index]));
        Input(new Input.SliceStored(fetch.Id, index));
    }

    private void Written(Effect.Fetch fetch, Action then)
    {
        if (DiskSeconds(fetch.Transfer) is not { } seconds)
            return;
        if (seconds == 0)
            then();
        else
            In(seconds, then);
    }

    private void EndIfHeard(Effect.Fetch fetch)
    {
        if (_links.TryGetValue(fetch.Link, out var link) && link.How.Silent)
            return;
        if (DiskSeconds(fetch.Transfer) != 0)
            Input(new Input.FetchCame(fetch.Id, _came.GetValueOrDefault(fetch.Id)));
        Written(fetch, () => End(fetch));
    }

    private void End(Effect.Fetch fetch)
    {
        if (!_underway.Remove(fetch.Id))
            return;
        Input(new Input.FetchEnded(fetch.Id));
        var isCut = _sending.TryGetValue(fetch.Link, out var now) && now.Fetch == fetch.Id;
        if (isCut)
            SendNext(fetch.Link);
    }
}
