mod objects;
