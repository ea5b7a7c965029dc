package naru.houserules.example.broker;

import java.util.Stack;

final class UsesRelic {
    @SuppressWarnings("JdkObsolete")
    Stack<String> names = new Stack<>();
}
