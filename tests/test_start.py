def test_front_page_answers_in_bokmal(client, db):
    response = client.get("/", headers={"accept-language": "en"})

    assert response.status_code == 200
    assert response.headers["Content-Language"] == "nb"
