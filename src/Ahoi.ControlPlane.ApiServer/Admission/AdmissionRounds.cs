using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Admission;

/// <summary>
/// How often the mutating parts of the chain see a write: once, and once more where one of those that others have
/// configured changed the object.
/// </summary>
internal sealed class AdmissionRounds
{
    private readonly Dictionary<IAdmission, Callees> _parts = [];

    /// <summary>Gets or sets whether another round is wanted.</summary>
    public bool IsWanted { get; set; }

    /// <summary>Gets or sets whether this is the second round.</summary>
    public bool IsSecond { get; set; }

    /// <summary>Gets what a part has called.</summary>
    public Callees Of(IAdmission part)
    {
        if (!_parts.TryGetValue(part, out var callees))
        {
            _parts[part] = callees = new();
        }

        return callees;
    }

    /// <summary>The policies or webhooks that a part has called, as far as they want to see what is made of the object after them.</summary>
    internal sealed class Callees
    {
        private readonly HashSet<string> _called = new(StringComparer.Ordinal);
        private readonly HashSet<string> _wanted = new(StringComparer.Ordinal);
        private JsonMap? _left;

        /// <summary>Gets whether one is called in the second round.</summary>
        public bool IsWanted(string callee) => _wanted.Contains(callee);

        /// <summary>One that wants to be called again was called.</summary>
        public void Called(string callee) => _called.Add(callee);

        /// <summary>The object has changed after those that were called so far.</summary>
        public void Changed()
        {
            _wanted.UnionWith(_called);
            _called.Clear();
        }

        /// <summary>The part leaves the object as it is now.</summary>
        public void Leave(JsonMap? value) => _left = _called.Count > 0 ? value?.DeepClone() : null;

        /// <summary>The part sees the object again.</summary>
        public void Return(JsonMap? value)
        {
            if (_called.Count > 0 && !JsonTree.Equals(_left, value))
            {
                Changed();
            }
        }
    }
}
