using FriendNet.Protocol.Bounds;
using FriendNet.Protocol.Ids;

namespace FriendNet.Protocol.Transfers;

/// <summary>Whether a source can be asked for a file.</summary>
internal enum Offer
{
    Yes,
    No,

    /// <summary>Being looked up; go on with the next file.</summary>
    Soon,

    /// <summary>Must be looked up, but enough is being looked up already.</summary>
    Later,
}

/// <summary>
/// Who offers which file of one transfer. Large files are looked up one by one; small ones take
/// over the latest answer, as long as it proves right.
/// </summary>
internal sealed class FileSources
{
    private const int Unknown = -1;
    private const int MustLook = -2;
    private const int Looking = -3;

    /// <summary>Beside a set's number: taken over from another file, not looked up.</summary>
    private const int Guess = 1 << 30;
    private readonly SourceSets _sets = new();
    private readonly int[] _set;
    private readonly HashSet<SourceId> _dropped = [];
    private int _default = SourceSets.Empty;
    private int _fruitless;

    /// <summary>Files before it wait their turn: others are looked up first.</summary>
    private int _from;
    private int _lastLooked = -1;

    internal FileSources(int files)
    {
        _set = new int[files];
        _set.AsSpan().Fill(Unknown);
    }

    /// <summary>Lookups that have not been answered.</summary>
    internal int LookupsUnderway { get; private set; }

    /// <param name="isLarge">More than one run: worth a lookup of its own.</param>
    /// <param name="lookUp">Called if the file must be looked up now.</param>
    /// <param name="isUrgent">It does not wait for the turn of others.</param>
    internal Offer Of(
        int file,
        SourceId source,
        bool isLarge,
        IReadOnlyDictionary<SourceId, int> linked,
        Action<int> lookUp,
        bool isUrgent = false
    )
    {
        if (_set[file] == Unknown && !isLarge && IsLinked(_default, linked))
            _set[file] = _default | Guess;
        switch (_set[file])
        {
            case Looking:
                return Offer.Soon;
            case Unknown or MustLook when file < _from && !isUrgent:
                return Offer.Soon;
            case Unknown or MustLook:
                // One answer may serve all that follow: wait for it.
                if (
                    LookupsUnderway >= Limits.SourceLookupsMax
                    || _fruitless >= Limits.SourceLookupsFruitlessMax
                    || (LookupsUnderway > 0 && !isLarge)
                )
                    return Offer.Later;
                _set[file] = Looking;
                _lastLooked = file;
                LookupsUnderway++;
                lookUp(file);
                return Offer.Soon;
            default:
                return IsOfferedBy(file, source) ? Offer.Yes : Offer.No;
        }
    }

    internal void Found(
        int file,
        IEnumerable<SourceId> sources,
        IReadOnlyDictionary<SourceId, int> linked
    )
    {
        if (_set[file] != Looking)
            return;
        LookupsUnderway--;
        _set[file] = _sets.NumberOf(sources);
        _fruitless = IsLinked(_set[file], linked) ? 0 : _fruitless + 1;
        if (_fruitless == 0)
            _default = _set[file];
    }

    /// <summary>That source does not deliver this file (now).</summary>
    internal void Exclude(int file, SourceId source)
    {
        if (_set[file] < 0)
            return;
        var guess = _set[file] & Guess;
        var left = _sets.Without(_set[file] & ~Guess, source);
        _set[file] = guess != 0 && left == SourceSets.Empty ? MustLook : left | guess;
    }

    /// <summary>That source lied: nothing of this transfer is asked of it again.</summary>
    internal bool Drop(SourceId source) => _dropped.Add(source);

    /// <summary>
    /// Forgets what leads nowhere now, so that it is looked up again, going on behind the file
    /// looked up last: files without a source must not hide those that have one.
    /// </summary>
    /// <param name="gained">Who may offer more than before.</param>
    internal void Renew(IReadOnlyDictionary<SourceId, int> responsive, SourceId? gained)
    {
        _fruitless = 0;
        _from = _lastLooked + 1 < _set.Length ? _lastLooked + 1 : 0;
        var news = gained is { } source && !_dropped.Contains(source) ? gained : null;
        for (var file = 0; file < _set.Length; file++)
        {
            if (
                _set[file] >= 0
                && (!IsLinked(_set[file] & ~Guess, responsive) || Lacks(file, news))
            )
                _set[file] = Unknown;
        }

        if (
            !IsLinked(_default, responsive)
            || (news is { } newer && !_sets[_default].Contains(newer))
        )
            _default = SourceSets.Empty;
    }

    /// <summary>All behind were looked at: turns to those before. False: there are none.</summary>
    internal bool Wrap()
    {
        if (_from == 0 || LookupsUnderway > 0 || _fruitless >= Limits.SourceLookupsFruitlessMax)
            return false;
        _from = 0;
        return true;
    }

    /// <summary>Whether it can be asked or looked up as soon as such a source has room.</summary>
    internal bool WaitsForRoom(int file, Func<SourceId, bool> isBusy)
    {
        if (_set[file] < 0)
            return _fruitless < Limits.SourceLookupsFruitlessMax;
        foreach (var source in SetOf(file))
        {
            if (!_dropped.Contains(source) && isBusy(source))
                return true;
        }

        return false;
    }

    /// <summary>Whether anybody, linked or not, is known to offer that file.</summary>
    internal bool IsOffered(int file) => _set[file] >= 0 && SetOf(file).Count > 0;

    /// <summary>Whether it lied.</summary>
    internal bool IsDropped(SourceId source) => _dropped.Contains(source);

    /// <summary>Whether that source is known to offer that file, and has not lied.</summary>
    internal bool IsOfferedBy(int file, SourceId source) =>
        _set[file] >= 0 && SetOf(file).Contains(source) && !_dropped.Contains(source);

    /// <summary>Whether that source offers any of these files and has not lied.</summary>
    internal bool IsWanted(SourceId source) => _sets.Knows(source) && !_dropped.Contains(source);

    /// <summary>Whether all who offer that file lied.</summary>
    internal bool IsOfferedByLiars(int file) =>
        IsOffered(file) && SetOf(file).All(_dropped.Contains);

    private bool Lacks(int file, SourceId? source) => source is { } it && !SetOf(file).Contains(it);

    private IReadOnlySet<SourceId> SetOf(int file) => _sets[_set[file] & ~Guess];

    private bool IsLinked(int set, IReadOnlyDictionary<SourceId, int> linked)
    {
        foreach (var source in _sets[set])
        {
            if (linked.ContainsKey(source) && !_dropped.Contains(source))
                return true;
        }

        return false;
    }
}
