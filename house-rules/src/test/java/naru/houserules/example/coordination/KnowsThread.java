package naru.houserules.example.coordination;

final class KnowsThread {
    Thread owner = Thread.currentThread();
}
