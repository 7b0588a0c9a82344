using FriendNet.Node.Storage;

namespace FriendNet.Node.Catalogs;

/// <summary>Keeps readers between searches: as many as people type at once. Thread safe.</summary>
internal sealed class SearchReaders(Database database, CircleTable circles) : IDisposable
{
    private const int IdleMax = 2;
    private readonly Stack<SearchReader> _idle = [];
    private readonly Lock _gate = new();
    private bool _disposed;

    internal T Ask<T>(Func<SearchReader, T> question)
    {
        SearchReader? reader;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _idle.TryPop(out reader);
        }

        reader ??= new SearchReader(database, circles);
        try
        {
            return reader.Ask(question);
        }
        finally
        {
            Return(reader);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_idle.TryPop(out var reader))
                reader.Dispose();
        }
    }

    private void Return(SearchReader reader)
    {
        lock (_gate)
        {
            if (!_disposed && _idle.Count < IdleMax)
            {
                _idle.Push(reader);
                return;
            }
        }

        reader.Dispose();
    }
}
