using System.Buffers.Binary;

namespace Ahoi.ControlPlane.ApiServer.Wire.Protobuf;

/// <summary>Reads the fields of one message (Protocol Buffers' encoding: a key, then a number, bytes, or 4 or 8 bytes).</summary>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>Gets the number of the field read last.</summary>
    public int Number { get; private set; }

    /// <summary>Gets its value, where it is a number or has a fixed width.</summary>
    public ulong Value { get; private set; }

    /// <summary>Gets its value, where it is bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Gets whether the value is bytes.</summary>
    public bool IsBytes { get; private set; }

    /// <summary>Gets whether the value is eight bytes wide.</summary>
    public bool IsFixed64 { get; private set; }

    /// <summary>Reads the next field.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="ProtobufFormatException">The message breaks off or is none.</exception>
    public bool Read()
    {
        if (_at == _message.Length)
        {
            return false;
        }

        var key = Varint();
        var number = key >> 3;
        if (number is 0 or > 536870911)
        {
            throw new ProtobufFormatException($"illegal field number {number}");
        }

        Number = (int)number;
        Bytes = default;
        (IsBytes, IsFixed64) = (false, false);
        switch (key & 7)
        {
            case 0:
                Value = Varint();
                return true;
            case 1:
                (Value, IsFixed64) = (BinaryPrimitives.ReadUInt64LittleEndian(Take(8)), true);
                return true;
            case 2:
                Bytes = Take(Varint());
                IsBytes = true;
                return true;
            case 5:
                Value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                return true;
            default:
                throw new ProtobufFormatException($"illegal wire type {key & 7} of field {number}");
        }
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_message.Length - _at))
        {
            throw new ProtobufFormatException("unexpected end of the message");
        }

        var taken = _message.Slice(_at, (int)length);
        _at += (int)length;
        return taken;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at == _message.Length)
            {
                throw new ProtobufFormatException("unexpected end of the message");
            }

            var part = _message[_at++];
            value |= (ulong)(part & 127) << shift;
            if (part < 128)
            {
                return value;
            }
        }

        throw new ProtobufFormatException("a number is longer than 64 bits");
    }
}
