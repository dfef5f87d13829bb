using System.Globalization;
using System.Net;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.Framework.Tests.Leadership;

/// <summary>One Lease behind HTTP, with the resource version check that elections rest on, and with faults on request.</summary>
internal sealed class LeaseServer
{
    private readonly Lock _gate = new();
    private JsonMap? _lease;
    private int _version;

    public JsonMap? Lease
    {
        get
        {
            lock (_gate)
            {
                return _lease?.DeepClone();
            }
        }
    }

    public string? Holder => Lease?.At("spec", "holderIdentity") as string;

    /// <summary>Puts a Lease there that somebody else has made.</summary>
    public void Put(string spec)
    {
        lock (_gate)
        {
            _lease = JsonTree.ParseMap($$$"""
                {"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"operator","namespace":"default","resourceVersion":"0"},"spec":{{{spec}}}}
                """);
        }
    }

    /// <summary>Gives one replica its own way to the server.</summary>
    public Door Open() => new(this);

    private HttpResponseMessage Answer(HttpMethod method, JsonMap? body)
    {
        lock (_gate)
        {
            if (method == HttpMethod.Get)
            {
                return _lease is null ? Refuse(404, StatusReason.NotFound) : Ok(_lease);
            }

            if (method == HttpMethod.Post)
            {
                if (_lease is not null)
                {
                    return Refuse(409, StatusReason.AlreadyExists);
                }
            }
            else if (_lease is null)
            {
                return Refuse(404, StatusReason.NotFound);
            }
            else if (!Equals(body!.At("metadata", "resourceVersion"), _lease.At("metadata", "resourceVersion")))
            {
                return Refuse(409, StatusReason.Conflict);
            }

            body!.EnsureMap("metadata")["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
            _lease = body;
            return Ok(_lease);
        }
    }

    private static HttpResponseMessage Ok(JsonMap lease) => Json(HttpStatusCode.OK, lease);

    private static HttpResponseMessage Refuse(int code, string reason) =>
        Json((HttpStatusCode)code, new ApiStatus(code, reason, reason).ToJson());

    private static HttpResponseMessage Json(HttpStatusCode code, JsonMap json) => new(code)
    {
        Content = new ByteArrayContent(JsonTree.ToUtf8(json)) { Headers = { { "Content-Type", "application/json" } } },
    };

    internal sealed class Door(LeaseServer server) : HttpMessageHandler
    {
        private volatile bool _broken;
        private volatile bool _silent;
        private volatile bool _deaf;

        /// <summary>Refuses every connection from now on.</summary>
        public bool Broken
        {
            get => _broken;
            set => _broken = value;
        }

        /// <summary>Takes requests and never answers them.</summary>
        public bool Silent
        {
            get => _silent;
            set => _silent = value;
        }

        /// <summary>Carries requests out and never brings an answer back: half of a partition.</summary>
        public bool Deaf
        {
            get => _deaf;
            set => _deaf = value;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (_silent)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            if (_broken)
            {
                throw new HttpRequestException("The network is down.");
            }

            var body = request.Content is null ? null : JsonTree.ParseMap(await request.Content.ReadAsByteArrayAsync(cancellationToken));
            var answer = server.Answer(request.Method, body);
            if (_deaf)
            {
                answer.Dispose();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return answer;
        }
    }
}
