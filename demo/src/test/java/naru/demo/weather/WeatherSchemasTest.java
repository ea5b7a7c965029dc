package naru.demo.weather;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.demo.page.TopologyDrawing;

import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;

class WeatherSchemasTest {
    private final WeatherSchemas schemas;

    WeatherSchemasTest() throws Exception {
        this.schemas = WeatherSchemas.register(new FixedSchemas());
    }

    @Test
    void everyValueIsAvroBehindItsSchemasId() {
        Observation day = DataSet.load().observations().getFirst();
        Serde<Observation> serde = schemas.serde(WeatherTopic.DAILY, Observation.class);
        byte[] bytes = serde.serializer().serialize("weather.daily", day);
        assertThat(bytes).startsWith(0, 0, 0, 0, schemas.id(WeatherTopic.DAILY));
        assertThat(serde.deserializer().deserialize("weather.daily", bytes)).isEqualTo(day);
        Post post = PostWords.about(day).getFirst();
        Serde<Post> posts = schemas.serde(WeatherTopic.POSTS, Post.class);
        assertThat(
                        posts.deserializer()
                                .deserialize(
                                        "weather.posts",
                                        posts.serializer().serialize("weather.posts", post)))
                .isEqualTo(post);
    }

    @Test
    void whatIsNoValueOfASchemaIsRefused() {
        Serde<Post> posts = schemas.serde(WeatherTopic.POSTS, Post.class);
        assertThatThrownBy(() ->
                        posts.deserializer().deserialize("weather.posts", new byte[] {'{', '}'}))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("too few");
        assertThatThrownBy(() -> schemas.serde(WeatherTopic.DAILY, Post.class))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void topologyIsDrawnFromLeftToRight() {
        TopologyDrawing drawing = TopologyDrawing.of(WeatherStreams.topology(schemas).describe());
        assertThat(drawing.boxes())
                .filteredOn(box -> box.kind().equals("topic"))
                .extracting(TopologyDrawing.Box::label)
                .containsExactlyInAnyOrder(
                        "weather.daily", "weather.posts", "weather.extremes", "weather.reports");
        assertThat(drawing.arrows())
                .allSatisfy(arrow ->
                        assertThat(column(drawing, arrow.to()))
                                .isGreaterThan(column(drawing, arrow.from())));
    }

    private static int column(TopologyDrawing drawing, String id) {
        return drawing.boxes().stream()
                .filter(box -> box.id().equals(id))
                .findFirst()
                .orElseThrow()
                .column();
    }
}
