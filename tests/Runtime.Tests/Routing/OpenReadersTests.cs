using System.Data;
using System.Data.Common;
using MonotonicReads.Routing;

namespace MonotonicReads.Runtime.Tests.Routing;

/// <summary>A driver may have one reader for each connection, and hand it out for every statement.</summary>
public class OpenReadersTests
{
    [Fact]
    public void A_reader_that_is_handed_out_again_is_remembered_once()
    {
        using var reader = new OneReader();
        var readers = new OpenReaders();
        for (var i = 0; i < 1_000; i++)
        {
            reader.IsOpen = true;
            readers.Track(reader, CommandBehavior.Default, limit: 30);
            Assert.True(readers.Any);
            reader.IsOpen = false;
        }

        reader.Looks = 0;
        Assert.False(readers.Any);
        Assert.Equal(1, reader.Looks);
    }

    [Fact]
    public void An_older_reader_that_is_open_is_open()
    {
        using var older = new OneReader { IsOpen = true };
        using var later = new OneReader { IsOpen = true };
        var readers = new OpenReaders();
        readers.Track(older, CommandBehavior.Default, limit: 30);
        readers.Track(later, CommandBehavior.Default, limit: 30);
        later.IsOpen = false;
        Assert.True(readers.Any);
        older.IsOpen = false;
        Assert.False(readers.Any);
    }

    private sealed class OneReader : DbDataReader
    {
        public bool IsOpen { get; set; }

        public int Looks { get; set; }

        public override bool IsClosed
        {
            get
            {
                Looks++;
                return !IsOpen;
            }
        }

        public override int Depth => 0;

        public override int FieldCount => 0;

        public override bool HasRows => false;

        public override int RecordsAffected => 0;

        public override object this[int ordinal] => throw new NotSupportedException();

        public override object this[string name] => throw new NotSupportedException();

        public override bool GetBoolean(int ordinal) => throw new NotSupportedException();

        public override byte GetByte(int ordinal) => throw new NotSupportedException();

        public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) =>
            throw new NotSupportedException();

        public override char GetChar(int ordinal) => throw new NotSupportedException();

        public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) =>
            throw new NotSupportedException();

        public override string GetDataTypeName(int ordinal) => throw new NotSupportedException();

        public override DateTime GetDateTime(int ordinal) => throw new NotSupportedException();

        public override decimal GetDecimal(int ordinal) => throw new NotSupportedException();

        public override double GetDouble(int ordinal) => throw new NotSupportedException();

        public override System.Collections.IEnumerator GetEnumerator() => throw new NotSupportedException();

        public override Type GetFieldType(int ordinal) => throw new NotSupportedException();

        public override float GetFloat(int ordinal) => throw new NotSupportedException();

        public override Guid GetGuid(int ordinal) => throw new NotSupportedException();

        public override short GetInt16(int ordinal) => throw new NotSupportedException();

        public override int GetInt32(int ordinal) => throw new NotSupportedException();

        public override long GetInt64(int ordinal) => throw new NotSupportedException();

        public override string GetName(int ordinal) => throw new NotSupportedException();

        public override int GetOrdinal(string name) => throw new NotSupportedException();

        public override string GetString(int ordinal) => throw new NotSupportedException();

        public override object GetValue(int ordinal) => throw new NotSupportedException();

        public override int GetValues(object[] values) => throw new NotSupportedException();

        public override bool IsDBNull(int ordinal) => throw new NotSupportedException();

        public override bool NextResult() => false;

        public override bool Read() => false;
    }
}
