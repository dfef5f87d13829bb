using System.Buffers;
using System.Globalization;
using System.Text;
using Ahoi.ControlPlane.Node.Processes;

namespace Ahoi.ControlPlane.Node.Logs;

/// <summary>
/// Keeps what a container writes, in the format that the kubelet's container runtimes use: a line each with its time, its
/// stream and whether it is whole. A file that has grown too large is put aside, and the oldest of those is deleted.
/// </summary>
internal sealed class ContainerLog : IDisposable
{
    /// <summary>How many files are kept besides the one that is written.</summary>
    public const int KeptFiles = 4;

    private const int LongestLine = 16 * 1024;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly long _largest;
    private readonly LineBuffer _output;
    private readonly LineBuffer _error;
    private FileStream? _file;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Opens a log; what is in its file already stays.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="largest">How large the file may grow.</param>
    public ContainerLog(string path, TimeProvider time, long largest = 10 << 20)
    {
        _time = time;
        _largest = largest;
        FilePath = path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // Logs are in folders.
        _file = Open();
        _output = new(" stdout "u8.ToArray());
        _error = new(" stderr "u8.ToArray());
    }

    /// <summary>Gets the file that is written.</summary>
    public string FilePath { get; }

    /// <summary>Gets how often a file was put aside.</summary>
    public int Rotations { get; private set; }

    /// <summary>Gets whether nothing more will come.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Gets the lines that readers get live, besides the file.</summary>
    public event OutputHandler? Written;

    /// <summary>Gets a task that completes when there is more to read, or nothing more will come.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return IsClosed ? Task.CompletedTask : _changed.Task;
            }
        }
    }

    /// <summary>Takes standard output.</summary>
    public void WriteOutput(ReadOnlySpan<byte> bytes)
    {
        Write(_output, bytes);
        Written?.Invoke(bytes);
    }

    /// <summary>Takes standard error.</summary>
    public void WriteError(ReadOnlySpan<byte> bytes)
    {
        Write(_error, bytes);
        Written?.Invoke(bytes);
    }

    /// <summary>Ends the log; unfinished lines are written as they are.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (IsClosed)
            {
                return;
            }

            var rest = new ArrayBufferWriter<byte>();
            foreach (var buffer in (ReadOnlySpan<LineBuffer>)[_output, _error])
            {
                if (buffer.Count > 0)
                {
                    buffer.Finish(rest, Now(), whole: true);
                }
            }

            Append(rest.WrittenSpan);
            IsClosed = true;
            _file?.Dispose();
            _file = null;
            _changed.TrySetResult();
        }
    }

    private void Write(LineBuffer buffer, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        lock (_lock)
        {
            if (IsClosed)
            {
                return;
            }

            var lines = new ArrayBufferWriter<byte>(bytes.Length + 256);
            var now = Now();
            while (!bytes.IsEmpty)
            {
                var end = bytes.IndexOf((byte)'\n');
                var part = end < 0 ? bytes : bytes[..end];
                var fits = part[..Math.Min(part.Length, LongestLine - buffer.Count)];
                buffer.Add(fits);
                if (fits.Length < part.Length)
                {
                    buffer.Finish(lines, now, whole: false);
                    bytes = bytes[fits.Length..];
                    continue;
                }

                if (end < 0)
                {
                    break;
                }

                buffer.Finish(lines, now, whole: true);
                bytes = bytes[(end + 1)..];
            }

            Append(lines.WrittenSpan);
        }
    }

    private void Append(ReadOnlySpan<byte> lines)
    {
        if (lines.IsEmpty || _file is null)
        {
            return;
        }

        try
        {
            _file.Write(lines);
            if (_file.Position >= _largest)
            {
                Rotate();
            }
        }
        catch (IOException)
        {
            // A full disk loses lines; the container goes on.
        }

        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }

    private void Rotate()
    {
        _file!.Dispose(); // It was just written.
        for (var i = KeptFiles; i > 0; i--)
        {
            var from = i == 1 ? FilePath : Kept(FilePath, i - 1);
            if (File.Exists(from))
            {
                File.Move(from, Kept(FilePath, i), overwrite: true);
            }
        }

        Rotations++;
        _file = Open();
    }

    /// <summary>Names a file that was put aside: 1 is the latest.</summary>
    public static string Kept(string path, int number) => string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");

    private FileStream Open() => new(FilePath, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    private byte[] Now() => Encoding.ASCII.GetBytes(_time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture));

    private sealed class LineBuffer(byte[] stream)
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public int Count => _bytes.WrittenCount;

        public void Add(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

        public void Finish(ArrayBufferWriter<byte> lines, byte[] now, bool whole)
        {
            lines.Write(now);
            lines.Write(stream);
            lines.Write(whole ? "F "u8 : "P "u8);
            lines.Write(_bytes.WrittenSpan);
            lines.Write("\n"u8);
            _bytes.ResetWrittenCount();
        }
    }
}
