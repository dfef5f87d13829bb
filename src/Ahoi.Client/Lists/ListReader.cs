using System.Text.Json;
using Ahoi.Api.Objects;
using Ahoi.Client.Transport;

namespace Ahoi.Client.Lists;

/// <summary>Reads a list as it comes, through one buffer that is given back.</summary>
internal static class ListReader
{
    private const int BufferSize = 256 * 1024;

    public static async Task<ObjectPage> ReadAsync(ApiResponse response, ManagedFieldsFilter? filter)
    {
        var decoder = new RawListDecoder(filter);
        using var buffer = new GrowingBuffer(BufferSize);
        try
        {
            while (true)
            {
                var room = buffer.Room();
                var count = await response.ReadAsync(room).ConfigureAwait(false);
                buffer.Filled(count);

                // An object that is cut off by the buffer's end is looked at again, so the buffer is filled first.
                if (count == room.Length || count == 0)
                {
                    buffer.Consumed(decoder.Decode(buffer.Unread));
                }

                if (count == 0)
                {
                    break;
                }
            }
        }
        catch (JsonException exception)
        {
            throw new TransportException(TransportFault.Malformed, $"{response.Request}: the answer is not a list.", exception);
        }

        return decoder.IsComplete
            ? new(decoder.Items, decoder.ResourceVersion, decoder.Continue, decoder.RemainingItemCount)
            : throw new TransportException(TransportFault.Interrupted, $"{response.Request}: the list ended in the middle.");
    }
}
