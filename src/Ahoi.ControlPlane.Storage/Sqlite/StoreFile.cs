using System.Buffers.Binary;
using Ahoi.ControlPlane.Storage.State;
using Microsoft.Data.Sqlite;

namespace Ahoi.ControlPlane.Storage.Sqlite;

/// <summary>
/// The database file of a store: one row for each write since the last compaction, and for each key that lives, the
/// write that made its value. Used by one thread at a time.
/// </summary>
internal sealed class StoreFile : IDisposable
{
    private const int ApplicationId = 0x41484F49; // "AHOI"
    private const int SchemaVersion = 1;
    private const int HeaderLength = 100;
    private const int SqliteFull = 13;
    private const int SqliteCorrupt = 11;
    private const int SqliteNotADatabase = 26;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;

    private StoreFile(string path, SqliteConnection connection)
    {
        Path = path;
        _connection = connection;
        _insert = connection.CreateCommand();
        _insert.CommandText = "INSERT INTO log (revision, key, created, value) VALUES ($revision, $key, $created, $value)";
        _insert.Parameters.Add("$revision", SqliteType.Integer);
        _insert.Parameters.Add("$key", SqliteType.Text);
        _insert.Parameters.Add("$created", SqliteType.Integer);
        _insert.Parameters.Add("$value", SqliteType.Blob);
    }

    public string Path { get; }

    /// <summary>Opens a store's file, making it where it does not exist.</summary>
    /// <exception cref="StoreDamagedException">The file is damaged, foreign, or newer than this program.</exception>
    public static StoreFile Open(string path)
    {
        if (CheckHeader(path))
        {
            Create(path);
        }

        var connection = Connect(path);
        try
        {
            connection.Open();
            // What is damaged must stay as it is, so a close after a failed load folds nothing into the file.
            SQLitePCL.raw.sqlite3_db_config(connection.Handle, SQLitePCL.raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
            Execute(connection, "PRAGMA locking_mode = EXCLUSIVE");
            Execute(connection, "PRAGMA synchronous = FULL");
            return new StoreFile(path, connection);
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw Damaged(path, exception);
        }
    }

    /// <summary>Reads everything.</summary>
    /// <returns>The state with its history.</returns>
    /// <exception cref="StoreDamagedException">A page cannot be read, or the rows do not fit together.</exception>
    public RevisionState Load()
    {
        try
        {
            var compacted = (long)Scalar("SELECT compacted FROM store")!;
            var snapshot = Snapshot.Initial;
            RevisionState? state = null;
            var changes = new List<StoreChange>();
            using var command = _connection.CreateCommand();
            command.CommandText = "SELECT revision, key, created, value FROM log ORDER BY revision";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var revision = reader.GetInt64(0);
                var key = reader.GetString(1);
                if (revision > compacted && state is null)
                {
                    snapshot = snapshot with { Revision = Math.Max(compacted, 1) };
                    state = new RevisionState(snapshot, compacted);
                }

                if (state is not null && revision != snapshot.Revision + 1)
                {
                    throw new StoreDamagedException(Path, $"revision {snapshot.Revision + 1} is missing. Restore the file from a copy.");
                }

                var value = reader.IsDBNull(3) ? null : new StoredValue(key, (byte[])reader.GetValue(3), reader.GetInt64(2), revision);
                var change = new StoreChange(key, revision, value, SnapshotTree.Find(snapshot.Tree, key));
                snapshot = snapshot.After(change);
                if (state is not null)
                {
                    changes.Add(change);
                }
            }

            if (state is null)
            {
                state = new RevisionState(snapshot with { Revision = Math.Max(compacted, 1) }, compacted);
            }
            else
            {
                state.Publish([.. changes], snapshot);
            }

            SQLitePCL.raw.sqlite3_db_config(_connection.Handle, SQLitePCL.raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, out _);
            return state;
        }
        catch (SqliteException exception)
        {
            throw Damaged(Path, exception);
        }
    }

    /// <summary>Writes changes in one transaction; when this returns they are on the disk.</summary>
    /// <exception cref="StoreWriteException">Nothing was written.</exception>
    public void Append(IReadOnlyList<StoreChange> changes)
    {
        try
        {
            using var transaction = _connection.BeginTransaction();
            _insert.Transaction = transaction;
            foreach (var change in changes)
            {
                _insert.Parameters[0].Value = change.Revision;
                _insert.Parameters[1].Value = change.Key;
                _insert.Parameters[2].Value = change.Current?.CreateRevision ?? 0;
                _insert.Parameters[3].Value = change.Current is { } value ? value.Value.ToArray() : DBNull.Value;
                _insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }
        catch (SqliteException exception)
        {
            throw new StoreWriteException(Path, exception.SqliteErrorCode == SqliteFull, exception);
        }
    }

    /// <summary>Drops the history up to a revision and the room it took.</summary>
    /// <exception cref="StoreWriteException">Nothing was dropped.</exception>
    public void Compact(long revision)
    {
        try
        {
            using (var transaction = _connection.BeginTransaction())
            {
                using var drop = _connection.CreateCommand();
                drop.Transaction = transaction;
                drop.CommandText =
                    """
                    UPDATE store SET compacted = $revision;
                    DELETE FROM log WHERE revision <= $revision AND EXISTS (
                        SELECT 1 FROM log AS newer WHERE newer.key = log.key AND newer.revision > log.revision AND newer.revision <= $revision);
                    DELETE FROM log WHERE revision <= $revision AND value IS NULL;
                    """;
                drop.Parameters.AddWithValue("$revision", revision);
                drop.ExecuteNonQuery();
                transaction.Commit();
            }

            Execute(_connection, "PRAGMA incremental_vacuum");
        }
        catch (SqliteException exception)
        {
            throw new StoreWriteException(Path, exception.SqliteErrorCode == SqliteFull, exception);
        }
    }

    /// <summary>Limits how large the file may grow, as a full disk would; for tests.</summary>
    /// <param name="pages">The number of pages, or 0 for no limit.</param>
    internal void LimitPages(long pages) => Execute(_connection, $"PRAGMA max_page_count = {(pages == 0 ? 4_294_967_294 : pages)}");

    internal long PageCount => (long)Scalar("PRAGMA page_count")!;

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
    }

    /// <summary>Looks at the file's own header without letting SQLite touch it.</summary>
    /// <returns>Whether the file is yet to be made.</returns>
    private static bool CheckHeader(string path)
    {
        if (!File.Exists(path))
        {
            return true;
        }

        var header = new byte[HeaderLength];
        int length;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        {
            length = file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false);
        }

        if (length == 0)
        {
            return true;
        }

        if (length < HeaderLength || !header.AsSpan().StartsWith("SQLite format 3\0"u8))
        {
            throw new StoreDamagedException(path, "it is not a database. Restore it from a copy, or name another folder.");
        }

        // https://www.sqlite.org/fileformat2.html#the_database_header
        if (BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(68)) != ApplicationId)
        {
            throw new StoreDamagedException(path, "it is another program's database. Name another folder.");
        }

        var version = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(60));
        return version == SchemaVersion
            ? false
            : throw new StoreDamagedException(
                path, $"it has format {version}, and this program knows format {SchemaVersion}. Use the program that wrote it.");
    }

    /// <summary>
    /// Makes a complete, empty store under another name and moves it into place, so that a process that is killed
    /// meanwhile leaves nothing that looks like somebody else's file.
    /// </summary>
    private static void Create(string path)
    {
        var part = path + ".new";
        foreach (var leftover in (ReadOnlySpan<string>)[part, part + "-wal", part + "-shm", part + "-journal"])
        {
            File.Delete(leftover);
        }

        using (var connection = Connect(part))
        {
            connection.Open();
            Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
            Execute(connection, "PRAGMA synchronous = FULL");
            Execute(
                connection,
                $"""
                BEGIN;
                CREATE TABLE store (compacted INTEGER NOT NULL);
                INSERT INTO store VALUES (0);
                CREATE TABLE log (
                    revision INTEGER PRIMARY KEY,
                    key TEXT NOT NULL,
                    created INTEGER NOT NULL,
                    value BLOB);
                CREATE INDEX log_key ON log (key, revision);
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {SchemaVersion};
                COMMIT;
                """);
            Execute(connection, "PRAGMA journal_mode = WAL");
        }

        // The last close of a write-ahead log folds it into the file and removes it.
        File.Move(part, path, overwrite: true);
    }

    private static SqliteConnection Connect(string path) =>
        new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());

    private static StoreDamagedException Damaged(string path, SqliteException exception) => new(
        path,
        exception.SqliteErrorCode is SqliteCorrupt or SqliteNotADatabase
            ? "it is damaged. Restore it from a copy."
            : exception.Message + ".",
        exception);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private object? Scalar(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
