using FriendNet.Node.Storage;

namespace FriendNet.Node.Catalogs;

/// <summary>Two searches at a time; a third waits some milliseconds. Thread safe.</summary>
internal sealed class SearchReaders(Database database) : IDisposable
{
    private const int ReadersMax = 2;
    private readonly SemaphoreSlim _free = new(ReadersMax);
    private readonly Stack<SearchReader> _idle = [];
    private readonly Lock _gate = new();
    private bool _disposed;

    internal T Ask<T>(Func<SearchReader, T> question)
    {
        _free.Wait();
        SearchReader? reader = null;
        try
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                _idle.TryPop(out reader);
            }

            reader ??= new SearchReader(database);
            return reader.Ask(question);
        }
        finally
        {
            Return(reader);
            _free.Release();
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

    private void Return(SearchReader? reader)
    {
        lock (_gate)
        {
            if (reader is null)
                return;
            if (_disposed)
                reader.Dispose();
            else
                _idle.Push(reader);
        }
    }
}
