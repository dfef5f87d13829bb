using System.Net;
using System.Net.Http.Headers;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;
using Ahoi.ControlPlane.ApiServer.Schemas;
using Ahoi.ControlPlane.ApiServer.Tests.CustomResources;
using Ahoi.ControlPlane.ApiServer.Wire.Protobuf;

namespace Ahoi.ControlPlane.ApiServer.Tests.Wire;

/// <summary>Bodies in protobuf mean what the same bodies in JSON mean.</summary>
public sealed class ProtobufTests
{
    // Kinds and fields that came after the programs that the numbers were read from; see docs/limits.md.
    private static readonly string[] WithoutNumbers = ["resource.k8s.io", "apiregistration.k8s.io"];

    [Fact]
    public void Decode_EveryRecordedCreation_IsTheObjectThatItsJsonIs()
    {
        var compared = 0;
        foreach (var body in RecordedBodies())
        {
            var kind = GroupVersionKind.Of(body.Text("apiVersion")!, body.Text("kind")!);
            var schema = BuiltInSchemas.Find(kind)!;
            var fromJson = body.DeepClone();
            var unknown = new List<string>();
            try
            {
                ObjectDecoder.Decode(fromJson, schema, unknown);
            }
            catch (DecodingException)
            {
                continue; // What JSON refuses need not fit a message either.
            }

            if (unknown.Count > 0)
            {
                continue;
            }

            var fromProtobuf = ProtobufDecoder.Decode(ProtobufEncoder.Encode(body));
            ObjectDecoder.Decode(fromProtobuf, schema, null);
            Assert.True(JsonTree.Equals(WithoutEmpty(fromJson), WithoutEmpty(fromProtobuf)), $"want {fromJson}\n got {fromProtobuf}");
            compared++;
        }

        Assert.True(compared > 300, $"only {compared} bodies were compared");
    }

    [Fact]
    public void Fields_OfEveryServedKind_HaveNumbersButForThoseThatCameLater()
    {
        var missing = new List<string>();
        foreach (var kind in SchemaData.Kinds.Where(k => !WithoutNumbers.Contains(k.Group)))
        {
            var name = SchemaData.NameOf(kind)!;
            if (MessageFields.Find(name) is not { } fields)
            {
                missing.Add(name);
                continue;
            }

            var names = fields.Values.SelectMany(f => f.Label == FieldLabel.Inline ? MessageFields.Find(f.Type)!.Values.Select(i => i.Name) : [f.Name]).ToHashSet(StringComparer.Ordinal);
            missing.AddRange(BuiltInSchemas.Find(kind)!.Properties.Keys.Where(p => p is not ("apiVersion" or "kind") && !names.Contains(p)).Select(p => $"{name}.{p}"));
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void Decode_RandomAndMutatedBytes_AreRefusedOrRead()
    {
        const int Seed = 20261123;
        var random = new Random(Seed);
        var samples = RecordedBodies().Take(40).Select(ProtobufEncoder.Encode).ToArray();
        for (var i = 0; i < 4000; i++)
        {
            var bytes = (byte[])samples[random.Next(samples.Length)].Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                bytes[random.Next(4, bytes.Length)] = (byte)random.Next(256);
            }

            if (random.Next(4) == 0)
            {
                bytes = bytes[..random.Next(4, bytes.Length)];
            }

            var fault = Record.Exception(() => ProtobufDecoder.Decode(bytes));
            Assert.True(fault is null or ProtobufFormatException, $"seed {Seed}, round {i}: {fault}");
        }
    }

    [Theory]
    [InlineData(new byte[0], "does not begin")]
    [InlineData(new byte[] { 0x6b, 0x38, 0x73, 0x00, 0x0a, 0x7f }, "unexpected end")]
    [InlineData(new byte[] { 0x6b, 0x38, 0x73, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, "longer than 64 bits")]
    [InlineData(new byte[] { 0x6b, 0x38, 0x73, 0x00, 0x0b }, "illegal wire type")]
    public void Decode_NoMessage_SaysWhy(byte[] bytes, string why) =>
        Assert.Contains(why, Assert.Throws<ProtobufFormatException>(() => ProtobufDecoder.Decode(bytes)).Message, StringComparison.Ordinal);

    [Fact]
    public void Decode_UnknownField_IsRefusedUnlessItIsZero()
    {
        var config = ProtobufEncoder.Encode(JsonTree.ParseMap("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}"""));

        // Field 99 as a number, within the object.
        byte[] With(byte value) => Append(config, [0x98, 0x06, value]);

        Assert.Equal("ConfigMap", ProtobufDecoder.Decode(With(0)).Text("kind"));
        Assert.Contains("field 99 of ConfigMap", Assert.Throws<ProtobufFormatException>(() => ProtobufDecoder.Decode(With(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Protobuf_IsCreatedAndAnsweredInJson()
    {
        await using var server = await DefinitionServer.StartAsync();
        var body = JsonTree.ParseMap("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"x":"y"}},"data":{"k":"v"}}""");

        var (code, created) = await PostAsync(server, "/api/v1/namespaces/default/configmaps", ProtobufEncoder.Encode(body));
        var (again, _) = await PostAsync(server, "/api/v1/namespaces/default/configmaps", ProtobufEncoder.Encode(body)[..^3]);

        Assert.Equal(HttpStatusCode.Created, code);
        Assert.Equal("v", created.At("data", "k"));
        Assert.Equal(HttpStatusCode.BadRequest, again);
    }

    [Fact]
    public async Task Post_ProtobufForACustomKind_IsNotSupported()
    {
        await using var server = await DefinitionServer.StartAsync();
        await server.DefineAsync(DefinitionServer.Widget("""{"type":"object"}"""));

        var (code, _) = await PostAsync(server, DefinitionServer.Widgets, ProtobufEncoder.Encode(JsonTree.ParseMap("""{"apiVersion":"v1","kind":"ConfigMap"}""")));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, code);
    }

    // Protobuf does not tell an empty list from none.
    private static object? WithoutEmpty(object? value)
    {
        if (value is JsonList list)
        {
            return new JsonList(list.Select(WithoutEmpty));
        }

        if (value is not JsonMap map)
        {
            return value;
        }

        var rest = new JsonMap();
        foreach (var (key, item) in map)
        {
            if (WithoutEmpty(item) is { } kept and not (JsonMap { Count: 0 } or JsonList { Count: 0 }))
            {
                rest[key] = kept;
            }
        }

        return rest;
    }

    private static byte[] Append(byte[] envelope, byte[] field)
    {
        // magic, field 1 (type), field 2 (object): its length grows; fields 3 and 4 are empty.
        var at = 4;
        at += 2 + envelope[at + 1];
        var length = envelope[at + 1];
        Assert.True(length + field.Length < 128);
        return [.. envelope[..(at + 1)], (byte)(length + field.Length), .. envelope[(at + 2)..(at + 2 + length)], .. field, .. envelope[(at + 2 + length)..]];
    }

    private static async Task<(HttpStatusCode Code, JsonMap Body)> PostAsync(DefinitionServer server, string path, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.kubernetes.protobuf");
        using var response = await server.Client.PostAsync(path, content, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonTree.ParseMap(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
    }

    private static IEnumerable<JsonMap> RecordedBodies()
    {
        foreach (var file in Directory.EnumerateFiles(RecordedCases.Folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var scenario = JsonTree.ParseMap(File.ReadAllBytes(file));
            var steps = (scenario.List("setup")?.Maps ?? []).Concat(scenario.List("steps")!.Maps);
            foreach (var request in steps.Select(s => s.Map("request")).OfType<JsonMap>().Where(r => r.Text("method") == "POST"))
            {
                if (request.Map("body") is { } body && body["apiVersion"] is string version && body["kind"] is string kind
                    && SchemaData.NameOf(GroupVersionKind.Of(version, kind)) is { } name && MessageFields.Find(name) is not null)
                {
                    yield return body;
                }
            }
        }
    }
}
