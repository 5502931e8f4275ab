namespace Fan.Amqp.Connections;

/// <summary>The broker can't be used at the moment; the message says where it should be and why.</summary>
internal sealed class BrokerAwayException(string message, Exception? inner = null) : Exception(message, inner);
