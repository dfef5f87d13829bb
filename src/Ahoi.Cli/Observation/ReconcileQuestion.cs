using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.Cli.Observation;

/// <summary>Asks operators what they remember of an object.</summary>
internal sealed record ReconcileQuestion(GroupVersionKind Kind, ObjectKey Key)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private string Path
    {
        get
        {
            var path = $"debug/reconciles?group={Uri.EscapeDataString(Kind.Group)}&kind={Uri.EscapeDataString(Kind.Kind)}&name={Uri.EscapeDataString(Key.Name)}";
            return Key.Namespace is null ? path : $"{path}&namespace={Uri.EscapeDataString(Key.Namespace)}";
        }
    }

    /// <summary>Asks all of them; null where none of them answers.</summary>
    /// <exception cref="CommandFailedException">One of them refuses, or was named and does not answer.</exception>
    public async Task<JsonList?> AskAsync(IReadOnlyList<RunningOperator> operators, CancellationToken cancellationToken)
    {
        var found = new List<JsonMap>();
        var answered = false;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Limit };
        foreach (var asked in operators)
        {
            try
            {
                found.AddRange(await AskAsync(http, asked, cancellationToken));
                answered = true;
            }
            catch (HttpRequestException exception) when (asked.File is { } file && exception.HttpRequestError == HttpRequestError.ConnectionError)
            {
                File.Delete(file); // What wrote it was killed.
            }
            catch (Exception exception) when (exception is HttpRequestException or JsonException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                throw new CommandFailedException($"the operator at {asked.Endpoint} does not answer: {exception.Message}");
            }
        }

        return answered ? new(found.OrderByDescending(r => r.Text("at"), StringComparer.Ordinal)) : null;
    }

    private async Task<IEnumerable<JsonMap>> AskAsync(HttpClient http, RunningOperator asked, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(asked.Endpoint.ToString().TrimEnd('/') + "/"), Path));
        if (asked.Token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", asked.Token);
        }

        using var response = await http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.StatusCode == HttpStatusCode.OK
            ? JsonTree.ParseMap(text).List("reconciles")?.Maps ?? []
            : throw new CommandFailedException($"the operator at {asked.Endpoint} refuses ({(int)response.StatusCode}): {text.Trim()}");
    }
}
