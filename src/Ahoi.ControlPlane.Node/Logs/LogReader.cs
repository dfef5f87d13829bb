using System.Globalization;
using System.Text;

namespace Ahoi.ControlPlane.Node.Logs;

/// <summary>Reads container logs for people: lines without their time and stream, unless they ask for the time.</summary>
#pragma warning disable CA1001 // A stream in memory has nothing to release.
internal sealed class LogReader(string path, LogQuery query, Stream output)
{
    private const int TimeLength = 30; // 2026-11-23T10:00:00.123456700Z
    private const int HeaderLength = TimeLength + 1 + 6 + 1 + 1 + 1; // time, " stdout", " F", " "

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly MemoryStream _pending = new();
    private long _left = query.LimitBytes ?? long.MaxValue;
    private bool _inLine;

    /// <summary>Copies the lines.</summary>
    /// <param name="live">The log, where it is still written.</param>
    /// <param name="cancellationToken">Ends a follower.</param>
    public async Task CopyAsync(ContainerLog? live, CancellationToken cancellationToken)
    {
        var rotations = live?.Rotations ?? 0;
        var former = Enumerable.Range(1, ContainerLog.KeptFiles).Reverse().Select(n => ContainerLog.Kept(path, n)).Where(File.Exists).ToList();
        var skip = query.TailLines is { } tail ? await CountAsync([.. former, path], cancellationToken).ConfigureAwait(false) - tail : 0;
        foreach (var file in former)
        {
            using var closed = Open(file);
            skip = closed is null ? skip : await CopyAsync(closed, skip, cancellationToken).ConfigureAwait(false);
        }

        var current = Open(path);
        try
        {
            while (current is not null && _left > 0)
            {
                var changed = live?.Changed;
                var closed = live?.IsClosed ?? true;
                skip = await CopyAsync(current, skip, cancellationToken).ConfigureAwait(false);
                if (live is not null && live.Rotations != rotations)
                {
                    skip = await CopyAsync(current, skip, cancellationToken).ConfigureAwait(false);
                    await current.DisposeAsync().ConfigureAwait(false);
                    (current, rotations) = OpenNext(live, rotations);
                    continue;
                }

                if (!query.Follow || closed || changed is null)
                {
                    return;
                }

                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            if (current is not null)
            {
                await current.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Opens the file that followed one which was put aside; who is too far behind goes on with the oldest there is.</summary>
    /// <param name="live">The log.</param>
    /// <param name="read">How often it had put files aside before it put the one aside that was read.</param>
    /// <returns>The file, and how often files had been put aside before it is.</returns>
    private (FileStream? File, int Rotations) OpenNext(ContainerLog live, int read)
    {
        while (true)
        {
            var rotations = live.Rotations;
            var behind = Math.Min(rotations - read - 1, ContainerLog.KeptFiles);
            var file = Open(behind == 0 ? path : ContainerLog.Kept(path, behind));
            if (live.Rotations == rotations)
            {
                return (file, rotations - behind);
            }

            file?.Dispose(); // Names moved on meanwhile.
        }
    }

    private static FileStream? Open(string file)
    {
        try
        {
            return new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async Task<long> CountAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var lines = 0L;
        foreach (var file in files)
        {
            using var stream = Open(file);
            while (stream is not null && await stream.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                lines += _buffer.AsSpan(0, count).Count((byte)'\n');
            }
        }

        return lines;
    }

    private async Task<long> CopyAsync(FileStream stream, long skip, CancellationToken cancellationToken)
    {
        while (_left > 0 && await stream.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            using var lines = new MemoryStream();
            var rest = _buffer.AsMemory(0, count);
            while (!rest.IsEmpty)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                if (end < 0)
                {
                    _pending.Write(rest.Span);
                    break;
                }

                _pending.Write(rest.Span[..(end + 1)]);
                rest = rest[(end + 1)..];
                if (skip > 0)
                {
                    skip--;
                }
                else
                {
                    AddLine(lines, _pending.GetBuffer().AsSpan(0, (int)_pending.Length));
                }

                _pending.SetLength(0);
            }

            var length = (int)Math.Min(lines.Length, _left);
            _left -= length;
            await output.WriteAsync(lines.GetBuffer().AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        }

        return skip;
    }

    private void AddLine(MemoryStream lines, ReadOnlySpan<byte> line)
    {
        if (line.Length <= HeaderLength)
        {
            return; // A crash cut it.
        }

        if (query.Since is { } since
            && DateTimeOffset.TryParse(Encoding.ASCII.GetString(line[..TimeLength]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var written)
            && written < since)
        {
            return;
        }

        var whole = line[HeaderLength - 2] == (byte)'F';
        if (query.Timestamps && !_inLine)
        {
            lines.Write(line[..(TimeLength + 1)]);
        }

        lines.Write(whole ? line[HeaderLength..] : line[HeaderLength..^1]);
        _inLine = !whole;
    }
}
