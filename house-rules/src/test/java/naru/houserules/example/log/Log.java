package naru.houserules.example.log;

/** Only here to be known by those who must not know it. */
public final class Log {}
