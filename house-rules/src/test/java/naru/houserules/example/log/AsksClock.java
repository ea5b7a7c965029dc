package naru.houserules.example.log;

final class AsksClock {
    long openedAt = System.currentTimeMillis();
}
