package naru.houserules.example.app;

/** Only here to be known by those who must not know it. */
public final class App {}
